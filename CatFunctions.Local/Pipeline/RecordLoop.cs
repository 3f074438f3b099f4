using CatFunctions.Core.EventLog;
using CatFunctions.Core.Telemetry;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace CatFunctions.Local.Pipeline;

/// <summary>
/// Records what is consumed. While the log cannot be written, the same batch is tried again and again. What the log has
/// lost is consumed again.
/// </summary>
internal sealed partial class RecordLoop : IPosition
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly EventConsumer _consumer;
    private readonly EventRecorder _recorder;
    private readonly Func<IReadOnlyList<ConsumedRecord>, CancellationToken, Task<RecordResult>> _recordAsync;
    private readonly bool _allowGaps;
    private readonly InFlightBudget _inFlight;
    private readonly PipelineStatus _status;
    private readonly Outage _outage;
    private readonly ResiliencePipeline _retry;
    private readonly ILogger _logger;
    private CancellationToken _stop;

    /// <param name="consumer">Gives the records.</param>
    /// <param name="recorder">The log.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="inFlight">Told what is recorded.</param>
    /// <param name="status">Told what is recorded.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Gets what the user should know.</param>
    /// <param name="recordAsync">Records instead of the recorder itself, to watch it.</param>
    public RecordLoop(
        EventConsumer consumer,
        EventRecorder recorder,
        IOptions<EventLogOptions> options,
        InFlightBudget inFlight,
        PipelineStatus status,
        TimeProvider clock,
        ILogger<RecordLoop> logger,
        Func<IReadOnlyList<ConsumedRecord>, CancellationToken, Task<RecordResult>>? recordAsync = null)
    {
        (_consumer, _recorder, _recordAsync) = (consumer, recorder, recordAsync ?? recorder.RecordAsync);
        (_allowGaps, _inFlight, _status, _logger) = (options.Value.AllowGaps, inFlight, status, logger);
        _outage = new Outage("Recording", clock, logger);
        _retry = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<EventLogException>(exception => exception is not LostRecordsException),
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
        _stop = stop;
        _consumer.Start(this, stop);
        try
        {
            await foreach (var batch in _consumer.Batches.ReadAllAsync(abort))
            {
                await UntilNothingIsLostAsync(cancellation => RecordAsync(batch, cancellation), abort);
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

    long? IPosition.FindLastOffset(int partition) =>
        Ask(cancellation => _recorder.FindLastOffsetAsync(partition, cancellation));

    bool IPosition.Holds(ConsumedRecord record) =>
        Ask(cancellation => _recorder.HoldsAsync(record, cancellation));

    private T Ask<T>(Func<CancellationToken, Task<T>> askAsync)
    {
        var answer = default(T);
        UntilNothingIsLostAsync(async cancellation => answer = await askAsync(cancellation), _stop).GetAwaiter().GetResult();
        return answer!;
    }

    private async Task RecordAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        _consumer.RemoveOutdated(batch);
        if (batch.IsEmpty)
        {
            return;
        }

        var result = await _recordAsync(batch.Records, cancellationToken);
        _outage.End();
        _status.Count(result);
        if (result.Gaps > 0 && !_allowGaps)
        {
            LogSkipped(OffsetRange.DescribeUndelivered(result.Skipped));
        }
    }

    /// <summary>Tries until the log has an answer, and each time that it has lost records has them consumed again.</summary>
    private async Task UntilNothingIsLostAsync(Func<CancellationToken, Task> tryAsync, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _retry.ExecuteAsync(async cancellation => await tryAsync(cancellation), cancellationToken);
                return;
            }
            catch (LostRecordsException lost)
            {
                LogLost(lost.Message);
                _consumer.Rewind(lost.Offsets.Partition, lost.Offsets.First);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "{Reason} They are read again, as far as Kafka has them.")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Warning, "Kafka has skipped records: {Undelivered}. If its topic is compacted or written in transactions, set EventLog:AllowGaps to true.")]
    private partial void LogSkipped(string undelivered);

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
