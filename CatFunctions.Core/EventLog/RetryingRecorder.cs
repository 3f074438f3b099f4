using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// Records with patience: while the log cannot be read or written it tries again, with growing pauses, for about 15
/// seconds. It is for a host which gives a failed batch again at once: without a pause that would be a busy loop, and
/// without an end nobody would see that it fails.
/// </summary>
public sealed partial class RetryingRecorder(
    EventRecorder recorder, TimeProvider clock, ILogger<RetryingRecorder> logger)
{
    internal const int Retries = 7;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<EventLogException>(),
            MaxRetryAttempts = Retries,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = retry =>
            {
                if (retry.AttemptNumber == 0)
                {
                    LogRetry(logger, retry.Outcome.Exception!.Message);
                }

                return default;
            },
        })
        .Build();

    /// <summary>Records a batch. When it returns, the whole batch is durable and its offsets may be committed.</summary>
    /// <inheritdoc cref="EventRecorder.RecordAsync"/>
    public async Task<RecordResult> RecordAsync(
        IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(
            async token => await recorder.RecordAsync(batch, token), cancellationToken);

    [LoggerMessage(LogLevel.Warning, "{Reason} Trying again for a while")]
    private static partial void LogRetry(ILogger logger, string reason);
}
