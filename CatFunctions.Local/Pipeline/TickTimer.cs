using System.Runtime.CompilerServices;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Local.Pipeline;

/// <summary>Fires at once, and then at each occurrence of a schedule.</summary>
/// <remarks>
/// A tick covers the time since the tick before it. If that one took so long that occurrences were missed, the next
/// tick is the latest of them and covers only the time since the occurrence before it: what was missed is skipped.
/// Making up for it would give every later tick more to do, just when the pipeline cannot keep up, and after a long
/// outage one tick with hours of events.
/// </remarks>
internal sealed class TickTimer(TickSchedule schedule, TimeProvider clock)
{
    /// <summary>Ticks are at least this far apart: an occurrence that follows the first tick sooner is left to the next.</summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>Waiting in steps follows the wall clock when the machine sleeps.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The ticks, each when it is due; the time until the next is asked for is the time the tick took.</summary>
    public async IAsyncEnumerable<Tick> TicksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tick = FirstTick();
        while (true)
        {
            yield return tick;
            tick = TickAfter(tick.ScheduledTime);
            await WaitUntilAsync(tick.ScheduledTime, cancellationToken);
        }
    }

    private Tick FirstTick()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        return new Tick(now, schedule.TickFor(schedule.NextAfter(now)).Interval);
    }

    private Tick TickAfter(DateTimeOffset last)
    {
        var next = schedule.NextAfter(last + ShortestInterval - TimeSpan.FromTicks(1));
        var latest = schedule.TickFor(clock.GetUtcNow());
        return latest.ScheduledTime > next ? latest : new Tick(next, next - last);
    }

    private async Task WaitUntilAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        while (time - clock.GetUtcNow() is { Ticks: > 0 } wait)
        {
            // Task.Delay drops fractions of a millisecond, and would not wait at all for the last one.
            var delay = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            await Task.Delay(delay < LongestWait ? delay : LongestWait, clock, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
