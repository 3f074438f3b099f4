using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// Tries again while the log cannot be read or written, with growing pauses, until <see cref="RetryTimeout"/> has passed.
/// It is for a host that repeats a failed batch at once: without pauses that would be a busy loop, and without an end
/// nobody would see that it fails.
/// </summary>
/// <remarks>
/// Such a host cannot go back in the topic. So when records were not delivered, or the log has lost some, it goes on, for a
/// stop would lose more, but says so.
/// </remarks>
public sealed partial class RetryingRecorder(
    EventRecorder recorder, IOptions<EventLogOptions> options, TimeProvider clock, ILogger<RetryingRecorder> logger)
{
    /// <summary>No try begins later than this, however long the tries themselves take.</summary>
    internal static readonly TimeSpan RetryTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <summary>Records a batch. When it returns, the whole batch is durable and its offsets may be committed.</summary>
    /// <param name="batch">Records of any partitions; those of one partition in the order of their delivery.</param>
    /// <param name="cancellationToken">Gives up between two appends.</param>
    /// <exception cref="EventLogException">The log could not be read or written all the time. Give the same batch again.</exception>
    public async Task<RecordResult> RecordAsync(
        IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var lost = new List<OffsetRange>();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var result = await recorder.RecordAsync(batch, cancellationToken);
                OffsetRange[] undelivered = [.. result.Skipped.Except(lost)];
                if (undelivered.Length > 0 && !options.Value.AllowGaps)
                {
                    LogSkipped(OffsetRange.DescribeUndelivered(undelivered));
                }

                return result;
            }
            catch (LostRecordsException exception)
            {
                lost.Add(exception.Offsets);
                LogLost(exception.Message);
            }
            catch (EventLogException exception) when (clock.GetElapsedTime(start) + pause <= RetryTimeout)
            {
                if (pause == FirstPause)
                {
                    LogRetry(exception.Message);
                }

                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "Records are missing in the log: {Undelivered}. Reset the consumer group's offsets to have them delivered again; where "
        + "gaps are normal, as with a compacted topic, set EventLog__AllowGaps to true")]
    private partial void LogSkipped(string undelivered);

    [LoggerMessage(LogLevel.Error, "{Reason} Recording goes on without them")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Warning, "{Reason} Trying again for a while")]
    private partial void LogRetry(string reason);
}
