using System.Runtime.CompilerServices;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Local.Pipeline;

/// <summary>Fires at once, and then at each occurrence of a schedule by the wall clock.</summary>
/// <remarks>
/// <para>
/// A tick covers the time since the tick before it. If that one took so long that occurrences were missed, the next
/// tick is the latest of them and covers only the time since the occurrence before it; the others are counted as missed.
/// Making up for them would give every later tick more to do, just when the pipeline cannot keep up, and after a long
/// outage one tick with hours of events.
/// </para>
/// <para>
/// When the clock is set back, the timer follows it, so it reaches times again that had their ticks before. The events of
/// a tick are identified by its time, so no time is used twice: such a tick is a millisecond later than its occurrence,
/// or more if the clock was set back more often. When the clock is set ahead, or the machine slept, the time in between
/// has no ticks, and none were missed.
/// </para>
/// </remarks>
internal sealed partial class TickTimer(
    TickSchedule schedule, PipelineStatus status, PipelineMetrics metrics, TimeProvider clock, ILogger<TickTimer> logger)
{
    /// <summary>Ticks are at least this far apart: an occurrence that follows the first tick sooner is left to the next.</summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>A clock that differs less than this was not set. Ticks fire less than this too early.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>Waiting in steps notices within this time that the clock was set, or that the machine slept.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MissedReportInterval = TimeSpan.FromMinutes(1);

    /// <summary>The latest tick for each millisecond of the second: in each of them, ticks only get later.</summary>
    private readonly Dictionary<int, DateTimeOffset> _latest = [];

    private long _unreportedBusy;
    private long _unreportedStopped;
    private long? _missedReported;

    /// <summary>The ticks, each when it is due. The time until the next one is requested is the time the tick took.</summary>
    public async IAsyncEnumerable<Tick> TicksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tick = FirstTick();
        while (true)
        {
            var fired = (clock.GetUtcNow(), clock.GetTimestamp());
            yield return Unique(tick);
            tick = await NextAsync(tick.ScheduledTime, fired, cancellationToken);
        }
    }

    private Tick FirstTick()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        return new Tick(now, schedule.TickFor(schedule.NextAfter(now)).Interval);
    }

    /// <summary>Waits for the next tick.</summary>
    /// <param name="last">When the tick before it was scheduled.</param>
    /// <param name="fired">When that tick fired, by the wall clock and by a clock that nobody can set.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<Tick> NextAsync(
        DateTimeOffset last, (DateTimeOffset Time, long Timestamp) fired, CancellationToken cancellationToken)
    {
        var wasSetBack = false;
        var requested = clock.GetUtcNow();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = clock.GetUtcNow();
            var setAhead = now - fired.Time - clock.GetElapsedTime(fired.Timestamp);
            if (last - now > Tolerance)
            {
                LogSetBack(Seconds(-setAhead));
                (last, fired.Time, setAhead, wasSetBack) = (last + setAhead, fired.Time + setAhead, TimeSpan.Zero, true);
            }

            var next = schedule.NextAfter(last + ShortestInterval - TimeSpan.FromTicks(1));
            if (next > now)
            {
                await WaitAsync(next - now, cancellationToken);
                continue;
            }

            var latest = schedule.TickFor(now);
            if (latest.ScheduledTime <= next)
            {
                return wasSetBack ? schedule.TickFor(next) : new Tick(next, next - last);
            }

            if (setAhead > Tolerance)
            {
                LogSetAhead(Seconds(setAhead));
            }
            else
            {
                CountMissed(next, latest.ScheduledTime, isBusy: next <= requested);
            }

            return latest;
        }
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        // Task.Delay drops fractions of a millisecond, and would not wait at all for the last one.
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        return Task.Delay(delay < LongestWait ? delay : LongestWait, clock, cancellationToken);
    }

    /// <param name="first">The first occurrence that was missed.</param>
    /// <param name="end">The first one after it that was not.</param>
    /// <param name="isBusy">Whether the tick before was still being produced; otherwise nothing kept this process from being on time.</param>
    private void CountMissed(DateTimeOffset first, DateTimeOffset end, bool isBusy)
    {
        var missed = 0L;
        for (var time = first; time < end; time = schedule.NextAfter(time))
        {
            missed++;
        }

        status.CountMissedTicks(missed);
        metrics.CountMissedTicks(missed);
        if (isBusy)
        {
            _unreportedBusy += missed;
        }
        else
        {
            _unreportedStopped += missed;
        }

        if (_missedReported is not { } reported || clock.GetElapsedTime(reported) >= MissedReportInterval)
        {
            if (_unreportedBusy > 0)
            {
                LogMissed(_unreportedBusy);
            }

            if (_unreportedStopped > 0)
            {
                LogStopped(_unreportedStopped);
            }

            (_unreportedBusy, _unreportedStopped, _missedReported) = (0, 0, clock.GetTimestamp());
        }
    }

    /// <summary>The tick, at a time that no tick had before.</summary>
    private Tick Unique(Tick tick)
    {
        var time = tick.ScheduledTime;
        while (_latest.TryGetValue(time.Millisecond, out var latest) && time <= latest)
        {
            time += TimeSpan.FromMilliseconds(1);
        }

        _latest[time.Millisecond] = time;
        return tick with { ScheduledTime = time };
    }

    private static TimeSpan Seconds(TimeSpan time) => TimeSpan.FromSeconds((long)time.TotalSeconds);

    [LoggerMessage(LogLevel.Warning, "Missed ticks: {Count}. Producing a tick takes longer than the schedule allows: lower --rate, or choose a --schedule with fewer ticks.")]
    private partial void LogMissed(long count);

    [LoggerMessage(LogLevel.Warning, "Missed ticks: {Count}. This process was stopped, as by Ctrl+Z, or was given no processor time.")]
    private partial void LogStopped(long count);

    [LoggerMessage(LogLevel.Warning, "The clock was set back by {Time}. The ticks follow it.")]
    private partial void LogSetBack(TimeSpan time);

    [LoggerMessage(LogLevel.Warning, "The clock was set ahead by {Time}, or this machine slept. There are no ticks for that time.")]
    private partial void LogSetAhead(TimeSpan time);
}
