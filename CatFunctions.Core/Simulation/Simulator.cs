using System.Collections.Immutable;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Ticks;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Simulation;

/// <summary>Simulates the users of a gallery: a pure function of (seed, tick, gallery).</summary>
/// <remarks>
/// <para>
/// Sessions arrive as a Poisson process over the tick's interval. Each is one user, who is shown about five photos, by
/// popularity times freshness, views each of them once at most, for 1 to 8 seconds, and likes some of what is in view.
/// The rate of sessions is chosen to make the expected number of events exactly
/// <see cref="SimulationOptions.EventsPerSecond"/> times the interval.
/// </para>
/// <para>
/// A tick does not depend on its neighbours, so a session stays within its tick: its times wrap around at the end of the
/// interval, and its views and likes take those times in order. So users act in a sensible order, and events happen at a
/// steady rate from the first to the last moment of the interval.
/// </para>
/// </remarks>
public sealed class Simulator(IOptions<SimulationOptions> options)
{
    /// <summary>
    /// How many users there are. They are numbered by activity: the first 1 % make 10 % of the sessions, the first
    /// 25 % make half of them.
    /// </summary>
    public const int Users = 10_000;

    /// <summary>
    /// The highest expected number of events in a tick. If an interval would have more, only its last part is simulated:
    /// a clock that jumps or a computer that slept does not overwhelm the pipeline.
    /// </summary>
    public const int MaxEventsPerTick = 5_000_000;

    /// <summary>The longest interval of a tick. Of a longer one, only the last part is simulated.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromDays(1);

    private readonly double _eventsPerSecond = options.Value.EventsPerSecond;
    private readonly long _seed = options.Value.Seed;

    /// <summary>What the users did in the tick's interval, in order of time; nothing if there are no photos.</summary>
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
            new PhotoFeed(gallery, tick.ScheduledTime, _seed),
            length,
            SplitMix64.ForStream(_seed, (ulong)tick.ScheduledTime.UtcTicks));
        simulation.Run(_eventsPerSecond * length / 1000);
        return simulation.InOrder(start);
    }

    /// <summary>The probability that a user who views the photo likes it: 0.02 to 0.60; it never changes.</summary>
    public double AppealOf(string photoId) => PhotoTraits.Of(photoId, _seed).Appeal;

    /// <summary>The part of an interval that is simulated; zero for one that runs backwards.</summary>
    internal TimeSpan Covered(TimeSpan interval)
    {
        var longest = TimeSpan.FromSeconds(Math.Min(MaxInterval.TotalSeconds, MaxEventsPerTick / _eventsPerSecond));
        return interval < TimeSpan.Zero ? TimeSpan.Zero : interval < longest ? interval : longest;
    }

    /// <summary>The first whole millisecond at or after a time, in UTC.</summary>
    private static DateTimeOffset RoundUp(DateTimeOffset time)
    {
        const long Unit = TimeSpan.TicksPerMillisecond;
        return new DateTimeOffset((time.UtcTicks + Unit - 1) / Unit * Unit, TimeSpan.Zero);
    }
}
