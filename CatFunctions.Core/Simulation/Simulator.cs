using System.Collections.Immutable;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Ticks;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Simulation;

/// <summary>
/// Simulates the users of a gallery: a pure function of (seed, tick, gallery), to the bit on every machine. It also tells the
/// truth about them that analytics can only estimate.
/// </summary>
/// <remarks>
/// <para>
/// Sessions arrive as a Poisson process over the tick's interval, faster or slower with the <see cref="Rhythm"/> of the users'
/// days and weeks. Each is one user of the <see cref="Audience"/>, who is shown about five photos, by popularity times freshness
/// and more often in its <see cref="Moment"/>, views each of them once at most, for 1 to 8 seconds, and likes some of what is in
/// view, by the photo's appeal times the user's taste. The rate of sessions is chosen to make the expected number of events over
/// a week exactly <see cref="SimulationOptions.EventsPerSecond"/> times its seconds.
/// </para>
/// <para>
/// A tick does not depend on its neighbours, so a session stays within its tick: its times wrap around at the end of the
/// interval, and its views and likes take those times in order. So users act in a sensible order, and events happen at a
/// steady rate from the first to the last moment of the interval. The events of a session that is sent late all have
/// times that are earlier by the same delay.
/// </para>
/// </remarks>
public sealed class Simulator(IOptions<SimulationOptions> options)
{
    /// <summary>How many regular users there are; they have the first numbers, by activity.</summary>
    public const int Regulars = Audience.Regulars;

    /// <summary>
    /// The highest expected number of events in a tick, at the mean rate. If an interval would have more, only its last part is
    /// simulated: a clock that jumps or a computer that slept does not overwhelm the pipeline.
    /// </summary>
    public const int MaxEventsPerTick = 5_000_000;

    /// <summary>The longest interval of a tick. Of a longer one, only the last part is simulated.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromDays(1);

    private readonly SimulationOptions _options = options.Value;
    private readonly long _seed = options.Value.Seed;
    private readonly Audience _audience = new(options.Value.Seed);

    /// <summary>What the users did in the tick's interval, in the order in which it was sent; nothing if there are no photos.</summary>
    public ImmutableArray<Interaction> Simulate(Tick tick, Gallery gallery)
    {
        var start = RoundUp(tick.ScheduledTime - Covered(tick.Interval));
        var end = RoundUp(tick.ScheduledTime);
        var length = (long)(end - start).TotalMilliseconds;
        if (length == 0 || gallery.Photos.IsEmpty)
        {
            return [];
        }

        var simulation = new TickSimulation(
            new PhotoFeed(gallery, _audience, _seed, start, end),
            _audience,
            start,
            length,
            SplitMix64.ForStream(_seed, (ulong)tick.ScheduledTime.UtcTicks),
            SplitMix64.ForStream(_seed, PhotoTraits.Hash("delays") + (ulong)tick.ScheduledTime.UtcTicks));
        simulation.Run(_options);
        return simulation.InOrder();
    }

    /// <summary>The expected number of events per second at a time.</summary>
    public double RateAt(DateTimeOffset time) => _options.EventsPerSecond * _audience.ActivityAt(time, _options.Rhythm);

    /// <summary>The probability that a view of the photo is followed by a like, over all users: 0.02 to 0.60; it never changes.</summary>
    public double AppealOf(string photoId) => PhotoTraits.Of(photoId, _seed).Appeal;

    /// <summary>
    /// What a user's taste multiplies the appeal of photos of a breed by (the result is a probability, at most 1): 0 for a user who
    /// never likes anything.
    /// </summary>
    /// <param name="breed">The breed; null where it is not known.</param>
    public double TasteOf(int userId, string? breed) => _audience.TastesFor(breed, _seed)[_audience.MemberOf(userId).Group];

    /// <summary>The offset from UTC where a user lives.</summary>
    public TimeSpan UtcOffsetOf(int userId) => Rhythm.Zones[_audience.MemberOf(userId).Zone].Offset;

    /// <summary>Which photos of a gallery are viral at a time, in the order of the gallery.</summary>
    public ImmutableArray<Moment> MomentsAt(DateTimeOffset time, Gallery gallery) =>
    [
        .. from shown in gallery.Photos
           from moment in Moment.Of(shown, PhotoTraits.Of(shown.Photo.Id, _seed).Popularity, _seed, time, time.AddTicks(1))
           select moment,
    ];

    /// <summary>The part of an interval that is simulated; zero for one that runs backwards.</summary>
    internal TimeSpan Covered(TimeSpan interval)
    {
        var longest = TimeSpan.FromSeconds(Math.Min(MaxInterval.TotalSeconds, MaxEventsPerTick / _options.EventsPerSecond));
        return interval < TimeSpan.Zero ? TimeSpan.Zero : interval < longest ? interval : longest;
    }

    /// <summary>The first whole millisecond at or after a time, in UTC.</summary>
    private static DateTimeOffset RoundUp(DateTimeOffset time)
    {
        const long Unit = TimeSpan.TicksPerMillisecond;
        return new DateTimeOffset((time.UtcTicks + Unit - 1) / Unit * Unit, TimeSpan.Zero);
    }
}
