using CatFunctions.Core.EventLog;
using CatFunctions.Core.Telemetry;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;
using Polly;
using Polly.Retry;

namespace CatFunctions.Local.Pipeline;

/// <summary>Records what is consumed. While the log cannot be written, the same batch is tried again and again.</summary>
internal sealed class RecordLoop
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly EventConsumer _consumer;
    private readonly Func<IReadOnlyList<ConsumedRecord>, CancellationToken, Task<RecordResult>> _recordAsync;
    private readonly InFlightBudget _inFlight;
    private readonly PipelineStatus _status;
    private readonly Outage _outage;
    private readonly ResiliencePipeline _retry;

    public RecordLoop(
        EventConsumer consumer,
        Func<IReadOnlyList<ConsumedRecord>, CancellationToken, Task<RecordResult>> recordAsync,
        InFlightBudget inFlight,
        PipelineStatus status,
        TimeProvider clock,
        ILogger<RecordLoop> logger)
    {
        (_consumer, _recordAsync, _inFlight, _status) = (consumer, recordAsync, inFlight, status);
        _outage = new Outage("Recording", clock, logger);
        _retry = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<EventLogException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                OnRetry = failed =>
                {
                    BeginOutage(failed.Outcome.Exception!.Message);
                    return default;
                },
            })
            .Build();
    }

    /// <summary>Whether there is an outage.</summary>
    public bool IsWaiting => _outage.IsOpen;

    /// <summary>Records until stopped, then what was consumed until then; gives up when aborted.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        _consumer.Start(stop);
        try
        {
            await foreach (var batch in _consumer.Batches.ReadAllAsync(abort))
            {
                _status.Count(await _retry.ExecuteAsync(
                    static async (state, cancellation) => await state.Loop._recordAsync(state.Records, cancellation),
                    (Loop: this, batch.Records),
                    abort));
                _outage.End();
                foreach (var (partition, nextOffset) in batch.NextOffsets)
                {
                    _inFlight.Record(partition, nextOffset);
                }

                _consumer.Complete(batch);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // What is not recorded is still in Kafka.
        }

        await CloseAsync();
    }

    private void BeginOutage(string reason)
    {
        _status.SetLastError(reason);
        _outage.Begin(reason);
    }

    private async Task CloseAsync()
    {
        try
        {
            await _consumer.CloseAsync(CloseTimeout);
        }
        catch (Exception exception) when (exception is TimeoutException or KafkaException)
        {
            // The offsets of the last second are not committed; the log knows them.
        }
    }
}
