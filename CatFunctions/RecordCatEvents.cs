using CatFunctions.Core.EventLog;
using CatFunctions.Core.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace CatFunctions;

/// <summary>The topic's half of the pipeline: each batch of records is in the log when the function returns.</summary>
/// <remarks>When it throws, the host runs it again with the same batch: see the Kafka settings of host.json.</remarks>
public sealed partial class RecordCatEvents(RetryingRecorder recorder, ILogger<RecordCatEvents> logger)
{
    // A key of any other type is text to the extension, and what is no UTF-8 would not reach the dead letters unchanged.
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

    private static ConsumedRecord ToConsumedRecord(KafkaRecord record) =>
        new(record.Partition, record.Offset, record.Timestamp?.DateTimeOffset ?? default, record.Key, record.Value)
        {
            TraceParent = Array.Find(record.Headers ?? [], IsTraceParent)?.Value,
        };

    private static bool IsTraceParent(KafkaHeader header) => header.Key == PipelineTrace.TraceParentHeader;

    [LoggerMessage(
        LogLevel.Information,
        "Recorded {Recorded} events, {Redelivered} redelivered, {DeadLettered} dead letters, {Gaps} offsets skipped")]
    private partial void LogRecorded(int recorded, int redelivered, int deadLettered, long gaps);
}
