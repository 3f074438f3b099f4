using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace CatFunctions.Core.Simulation;

/// <summary>One run of the simulation over the milliseconds [0, <paramref name="length"/>) of a tick.</summary>
/// <param name="feed">What the users are shown: at least one photo.</param>
/// <param name="length">Milliseconds, from 1 to <see cref="uint.MaxValue"/>.</param>
/// <param name="random">The source of all random numbers.</param>
internal sealed class TickSimulation(PhotoFeed feed, long length, SplitMix64 random)
{
    private const int MinDwell = 1_000;
    private const int MaxDwell = 8_000;

    private readonly List<Act> _acts = [];
    private readonly List<ulong> _times = [];
    private readonly int[] _lastSessionToView = new int[feed.PhotoCount];
    private SplitMix64 _random = random;

    /// <summary>Adds sessions that arrive as a Poisson process.</summary>
    /// <param name="expectedEvents">The expected number of events.</param>
    public void Run(double expectedEvents)
    {
        var capacity = (int)(expectedEvents * 1.05) + 100;
        _acts.EnsureCapacity(capacity);
        _times.EnsureCapacity(capacity);

        var gap = feed.EventsPerSession / expectedEvents;
        var session = 0;
        for (var arrival = gap * _random.NextExponential(); arrival < 1; arrival += gap * _random.NextExponential())
        {
            AddSession(++session, (long)(arrival * length));
        }
    }

    /// <summary>What happened, in order of time; at equal times in the order in which it was simulated.</summary>
    public ImmutableArray<Interaction> InOrder(DateTimeOffset start)
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
            var (kind, photo, userId) = _acts[(int)(uint)keys[i]];
            interactions[i] = new Interaction(kind, photo, userId, start.AddMilliseconds(keys[i] >> 32));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(interactions);
    }

    private void AddSession(int session, long arrival)
    {
        var first = _times.Count;
        var userId = DrawUser();
        var now = arrival;
        do
        {
            var photo = feed.Next(ref _random);
            if (_lastSessionToView[photo] == session)
            {
                continue;
            }

            _lastSessionToView[photo] = session;
            Add(InteractionKind.Viewed, photo, userId, now);

            var dwell = MinDwell + _random.NextBelow(MaxDwell - MinDwell);
            if (feed.IsLiked(photo, ref _random))
            {
                Add(InteractionKind.Liked, photo, userId, now + _random.NextBelow(dwell));
            }

            now += dwell;
        }
        while (PhotoFeed.WantsMore(ref _random));

        // Times that wrapped around are out of order: the session's acts take its times in ascending order.
        CollectionsMarshal.AsSpan(_times)[first..].Sort();
    }

    private void Add(InteractionKind kind, int photo, int userId, long time)
    {
        _acts.Add(new Act(kind, photo, userId));
        _times.Add((ulong)(time % length));
    }

    private int DrawUser()
    {
        var place = _random.NextDouble();
        return 1 + (int)(place * place * Simulator.Users);
    }

    private readonly record struct Act(InteractionKind Kind, int Photo, int UserId);
}
