using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// Deletes whole hours of the logs that are older than <see cref="EventLogOptions.RetainFor"/>, but never the newest
/// segment of a partition: it says where the partition goes on. Any number of processes may do so at once.
/// </summary>
/// <remarks>
/// A record that is delivered again after its hour was deleted looks like one of a topic that was created again, so it
/// is kept. That does not happen while the topic itself retains less than the log.
/// </remarks>
internal sealed class LogRetention(ISegmentStore store, IOptions<EventLogOptions> options, TimeProvider clock)
{
    /// <summary>Deletes what is due.</summary>
    /// <returns>How many segments that were.</returns>
    /// <exception cref="EventLogException">The log cannot be read or written; what is left is deleted the next time.</exception>
    public async Task<int> DeleteOldHoursAsync(CancellationToken cancellationToken)
    {
        if (options.Value.RetainFor is not { } retainFor)
        {
            return 0;
        }

        var end = clock.GetUtcNow() - retainFor;
        var deleted = 0;
        foreach (var log in (LogKind[])[LogKind.Events, LogKind.DeadLetters, LogKind.Copies])
        {
            foreach (var segment in OldSegments(await store.ListAsync(log, partition: null, cancellationToken), end))
            {
                await store.DeleteAsync(segment, cancellationToken);
                deleted++;
            }
        }

        return deleted;
    }

    private static IEnumerable<SegmentName> OldSegments(IReadOnlyList<SegmentState> segments, DateTimeOffset end) =>
        from partition in segments.Select(segment => segment.Name).GroupBy(segment => segment.Partition)
        from segment in partition
            .OrderBy(segment => (segment.Hour, segment.Generation, segment.BaseOffset))
            .SkipLast(1)
        where segment.Hour.AddHours(1) <= end
        select segment;
}

/// <summary>Deletes old hours when a host starts, and every hour from then on.</summary>
internal sealed partial class LogRetentionService(
    LogRetention retention, TimeProvider clock, ILogger<LogRetentionService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} old segments of the event log.")]
    private partial void LogDeleted(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old hours of the event log are not deleted yet. {Reason}")]
    private partial void LogFailed(string reason);
}
