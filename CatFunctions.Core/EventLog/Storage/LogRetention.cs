using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// Deletes whole hours of the logs that are older than <see cref="EventLogOptions.RetainFor"/>, but never the newest
/// segment of a partition: it says where the partition goes on. Any number of processes may do so at once.
/// </summary>
/// <remarks>
/// By a clock that is ahead, all of the log would be old, and what such a clock has recorded makes the rest look old. So age
/// is what the log itself spans from an hour to its newest one, and a stretch without events counts as one day at most, and as
/// half of the time that is kept. What this clock does not call old is not deleted either.
/// <para>
/// A record that is delivered again after its hour was deleted looks like one of a topic that was created again, so it
/// is kept. That does not happen while the topic itself retains less than the log.
/// </para>
/// </remarks>
internal sealed class LogRetention(
    ISegmentStore store, IOptions<EventLogOptions> options, TimeProvider clock, ISnapshotStore? snapshots = null)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>Deletes what is due.</summary>
    /// <returns>How many segments that were.</returns>
    /// <exception cref="EventLogException">The log cannot be read or written; what is left is deleted the next time.</exception>
    public async Task<int> DeleteOldHoursAsync(CancellationToken cancellationToken)
    {
        if (options.Value.RetainFor is not { } retainFor)
        {
            return 0;
        }

        var deleted = 0;
        var end = DateTimeOffset.MinValue;
        foreach (var log in (LogKind[])[LogKind.Events, LogKind.DeadLetters, LogKind.Copies])
        {
            var segments = await store.ListAsync(log, partition: null, cancellationToken);
            if (log == LogKind.Events)
            {
                end = EndOfOldHours(segments, retainFor);
            }

            foreach (var segment in OldSegments(segments, end))
            {
                await store.DeleteAsync(segment, cancellationToken);
                deleted++;
            }
        }

        if (snapshots is not null && end > DateTimeOffset.MinValue)
        {
            await SnapshotFile.DeleteBeforeAsync(snapshots, end, cancellationToken);
        }

        return deleted;
    }

    /// <summary>The newest hour of the event log, if it lies in the future; else null.</summary>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async Task<DateTimeOffset?> FindFutureHourAsync(CancellationToken cancellationToken) =>
        (await store.ListSinceAsync(LogKind.Events, SegmentName.HourOf(clock.GetUtcNow()) + Hour, cancellationToken))
            .Max(segment => (DateTimeOffset?)segment.Name.Hour);

    private DateTimeOffset EndOfOldHours(IReadOnlyList<SegmentState> events, TimeSpan retainFor)
    {
        var longest = Max(Hour, Min(retainFor / 2, LongestPause));
        var (age, newer) = (TimeSpan.Zero, default(DateTimeOffset?));
        foreach (var hour in events.Select(segment => segment.Name.Hour).Distinct().OrderDescending())
        {
            var pause = newer - hour ?? TimeSpan.Zero;
            (age, newer) = (age + Min(pause, longest), hour);
            if (age >= retainFor && hour + Hour <= clock.GetUtcNow() - retainFor)
            {
                return hour + Hour;
            }
        }

        return DateTimeOffset.MinValue;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static IEnumerable<SegmentName> OldSegments(IReadOnlyList<SegmentState> segments, DateTimeOffset end) =>
        from partition in segments.Select(segment => segment.Name).GroupBy(segment => segment.Partition)
        from segment in partition
            .OrderBy(segment => (segment.Hour, segment.Generation, segment.BaseOffset))
            .SkipLast(1)
        where segment.Hour.AddHours(1) <= end
        select segment;
}

/// <summary>Deletes old hours when a host starts, and every hour from then on. Warns of an hour in the future.</summary>
internal sealed partial class LogRetentionService(
    LogRetention retention, TimeProvider clock, ILogger<LogRetentionService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset? warnedOf = null;
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                if (await retention.FindFutureHourAsync(stoppingToken) is { } future && future != warnedOf)
                {
                    LogFuture(future);
                    warnedOf = future;
                }

                if (await retention.DeleteOldHoursAsync(stoppingToken) is var deleted and > 0)
                {
                    LogDeleted(deleted);
                }
            }
            catch (EventLogException exception)
            {
                LogFailed(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The newest hour of the event log, {Hour:yyyy-MM-dd HH}:00 UTC, lies in the future: a clock was ahead, or this one is behind. What is recorded until then is filed under that hour.")]
    private partial void LogFuture(DateTimeOffset hour);

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} old segments of the event log.")]
    private partial void LogDeleted(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old hours of the event log are not deleted yet. {Reason}")]
    private partial void LogFailed(string reason);
}
