using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace CatFunctions.Core.Simulation;

/// <summary>One run of the simulation over the milliseconds [0, <paramref name="length"/>) of a tick.</summary>
/// <param name="feed">What the users are shown.</param>
/// <param name="start">The first millisecond, in UTC.</param>
/// <param name="length">Milliseconds, from 1 to those of a day.</param>
/// <param name="random">The source of all random numbers but those of the delays.</param>
/// <param name="delays">The source of what arrives late, and how late: a source of its own, so that all else is the same without it.</param>
internal sealed class TickSimulation(
    PhotoFeed feed, Audience audience, DateTimeOffset start, long length, SplitMix64 random, SplitMix64 delays)
{
    private const int MinDwell = 1_000;
    private const int MaxDwell = 8_000;
    private const int MinDelay = 2_000;
    private const int DelayDoublings = 8;

    private readonly List<Act> _acts = [];
    private readonly List<ulong> _times = [];
    private readonly int[] _lastSessionToView = new int[feed.PhotoCount];
    private SplitMix64 _random = random;
    private SplitMix64 _delays = delays;

    /// <summary>
    /// Adds sessions that arrive as a Poisson process, whose rate changes from slice to slice and from zone to zone: by thinning,
    /// P. A. W. Lewis and G. S. Shedler, "Simulation of Nonhomogeneous Poisson Processes by Thinning", 1979.
    /// </summary>
    public void Run(SimulationOptions options)
    {
        var eventsPerMillisecond = options.EventsPerSecond / 1000;
        var expected = Slices().Sum(slice =>
            (slice.To - slice.From) * eventsPerMillisecond * audience.ActivityAt(MiddleOf(slice), options.Rhythm));
        _acts.EnsureCapacity((int)(expected * 1.05) + 100);
        _times.EnsureCapacity((int)(expected * 1.05) + 100);

        var sessions = 0;
        var rates = new double[Rhythm.Zones.Length];
        foreach (var slice in Slices())
        {
            var middle = MiddleOf(slice);
            feed.MoveTo(middle);
            for (var zone = 0; zone < rates.Length; zone++)
            {
                rates[zone] = eventsPerMillisecond * Rhythm.At(middle, zone, options.Rhythm) / feed.EventsPerSession(zone);
            }

            var highest = rates.Max();
            var newcomer = Audience.NewestAt(middle);
            for (var arrival = slice.From + _random.NextExponential() / highest;
                arrival < slice.To;
                arrival += _random.NextExponential() / highest)
            {
                var userId = Audience.Draw(newcomer, ref _random);
                var (zone, group) = audience.MemberOf(userId);
                if (_random.NextDouble() * highest < rates[zone])
                {
                    AddSession(++sessions, userId, group, (long)arrival, DrawDelay(options.LateShare));
                }
            }
        }
    }

    /// <summary>What happened, in the order in which it was sent; at equal times in the order in which it was simulated.</summary>
    public ImmutableArray<Interaction> InOrder()
    {
        // The time above the index: the numbers are distinct, so the unstable sort gives a stable order.
        var keys = CollectionsMarshal.AsSpan(_times);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (keys[i] << 32) | (uint)i;
        }

        keys.Sort();

        var interactions = new Interaction[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            var (kind, photo, userId, delay) = _acts[(int)(uint)keys[i]];
            interactions[i] = new Interaction(kind, photo, userId, start.AddMilliseconds((long)(keys[i] >> 32) - delay));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(interactions);
    }

    /// <summary>The parts of the tick between whole multiples of <see cref="Rhythm.Slice"/>.</summary>
    private IEnumerable<(long From, long To)> Slices()
    {
        var slice = (long)Rhythm.Slice.TotalMilliseconds;
        var next = slice - start.UtcTicks / TimeSpan.TicksPerMillisecond % slice;
        for (long from = 0; from < length; from = next, next += slice)
        {
            yield return (from, Math.Min(next, length));
        }
    }

    private DateTimeOffset MiddleOf((long From, long To) slice) =>
        start.AddTicks((slice.From + slice.To) * TimeSpan.TicksPerMillisecond / 2);

    private void AddSession(int session, int userId, int group, long arrival, int delay)
    {
        var first = _times.Count;
        var now = arrival;
        do
        {
            var photo = feed.Next(ref _random);
            if (_lastSessionToView[photo] == session)
            {
                continue;
            }

            _lastSessionToView[photo] = session;
            Add(InteractionKind.Viewed, now);

            var dwell = MinDwell + _random.NextBelow(MaxDwell - MinDwell);
            if (feed.IsLiked(photo, group, ref _random))
            {
                Add(InteractionKind.Liked, now + _random.NextBelow(dwell));
            }

            now += dwell;

            void Add(InteractionKind kind, long time)
            {
                _acts.Add(new Act(kind, photo, userId, delay));
                _times.Add((ulong)(time % length));
            }
        }
        while (PhotoFeed.WantsMore(ref _random));

        // Times that wrapped around are out of order: the session's acts take its times in ascending order.
        CollectionsMarshal.AsSpan(_times)[first..].Sort();
    }

    /// <summary>How late a session is, in milliseconds: 0, or 2 seconds to 8.5 minutes, each doubling as likely as the next.</summary>
    private int DrawDelay(double share) => share > 0 && _delays.NextDouble() < share
        ? (int)((MinDelay << (int)_delays.NextBelow(DelayDoublings)) * (1 + _delays.NextDouble()))
        : 0;

    private readonly record struct Act(InteractionKind Kind, int Photo, int UserId, int Delay);
}
