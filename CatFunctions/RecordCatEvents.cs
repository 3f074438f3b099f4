using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace CatFunctions;

/// <summary>The topic's half of the pipeline: each batch of records is in the log when the function returns.</summary>
/// <remarks>If it throws, the host runs it again with the same batch: see the Kafka settings in host.json.</remarks>
public sealed partial class RecordCatEvents(RetryingRecorder recorder, ILogger<RecordCatEvents> logger)
{
    // The extension takes a key of any other type for text, so one that is not UTF-8 would reach the dead letters changed.
    [Function(nameof(RecordCatEvents))]
    public async Task RunAsync(
        [KafkaTrigger(
            $"%{nameof(AppSettings.KafkaBrokerList)}%",
            $"%{nameof(AppSettings.KafkaTopic)}%",
            ConsumerGroup = $"%{nameof(AppSettings.KafkaConsumerGroup)}%",
            KeyDataType = KafkaMessageKeyType.Binary,
            IsBatched = true)]
        KafkaRecord[] records,
        CancellationToken cancellationToken)
    {
        var batch = Array.ConvertAll(records, ToConsumedRecord);
        var result = await recorder.RecordAsync(batch, cancellationToken);
        LogRecorded(result.Recorded, result.Redelivered, result.DeadLettered, result.Gaps);
    }

    private static ConsumedRecord ToConsumedRecord(KafkaRecord record)
    {
        var consumed = new ConsumedRecord(
            record.Partition, record.Offset, record.Timestamp?.DateTimeOffset ?? default, record.Key, record.Value);
        var check = EventCheck.Of(consumed.Value);

        // A dead letter keeps all of them; otherwise only the trace is asked for.
        var headers = record.Headers ?? [];
        var kept = check.Reason is null ? Array.FindAll(headers, header => header.Key == EventHeaders.TraceParent) : headers;
        return consumed with
        {
            Check = check,
            Headers = Array.ConvertAll(kept, header => new RecordHeader(header.Key, header.Value)),
        };
    }

    [LoggerMessage(
        LogLevel.Information,
        "Recorded {Recorded} events, {Redelivered} redelivered, {DeadLettered} dead letters, {Gaps} offsets skipped")]
    private partial void LogRecorded(int recorded, int redelivered, int deadLettered, long gaps);
}
