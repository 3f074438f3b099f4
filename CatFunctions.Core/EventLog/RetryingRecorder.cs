using Microsoft.Extensions.Logging;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// Tries again while the log cannot be read or written, with growing pauses, until <see cref="RetryTimeout"/> has passed.
/// It is for a host that repeats a failed batch at once: without pauses that would be a busy loop, and without an end
/// nobody would see that it fails.
/// </summary>
public sealed partial class RetryingRecorder(
    EventRecorder recorder, TimeProvider clock, ILogger<RetryingRecorder> logger)
{
    /// <summary>No try begins later than this, however long the tries themselves take.</summary>
    internal static readonly TimeSpan RetryTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <summary>Records a batch. When it returns, the whole batch is durable and its offsets may be committed.</summary>
    /// <inheritdoc cref="EventRecorder.RecordAsync"/>
    public async Task<RecordResult> RecordAsync(
        IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await recorder.RecordAsync(batch, cancellationToken);
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

    [LoggerMessage(LogLevel.Warning, "{Reason} Trying again for a while")]
    private partial void LogRetry(string reason);
}
