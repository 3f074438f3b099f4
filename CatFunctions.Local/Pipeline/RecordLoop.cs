using CatFunctions.Core.EventLog;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Local.Pipeline;

/// <summary>Records what is consumed. While the log cannot be written, the same batch is tried again and again.</summary>
internal sealed class RecordLoop(
    EventConsumer consumer,
    Func<IReadOnlyList<ConsumedRecord>, CancellationToken, Task<RecordResult>> recordAsync,
    InFlightBudget unrecorded,
    PipelineStatus status,
    TimeProvider clock,
    ILogger<RecordLoop> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly Outage _outage = new("Recording", clock, logger);

    /// <summary>The client, for questions to the broker.</summary>
    public Handle Client => consumer.Client;

    /// <summary>Records until stopped, then what was consumed until then; gives up when aborted.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        consumer.Start(stop);
        try
        {
            await foreach (var batch in consumer.Batches.ReadAllAsync(abort))
            {
                status.Count(await RecordAsync(batch, abort));
                foreach (var (partition, nextOffset) in batch.NextOffsets)
                {
                    unrecorded.Record(partition, nextOffset);
                }

                consumer.Complete(batch);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // What is not recorded is still in Kafka.
        }

        await CloseAsync();
    }

    private async Task<RecordResult> RecordAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var result = await recordAsync(batch.Records, cancellationToken);
                _outage.End();
                return result;
            }
            catch (EventLogException exception)
            {
                status.SetLastError(exception.Message);
                _outage.Begin(exception.Message);
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await consumer.CloseAsync(CloseTimeout);
        }
        catch (Exception exception) when (exception is TimeoutException or KafkaException)
        {
            // The offsets of the last second are not committed; the log knows them.
        }
    }
}
