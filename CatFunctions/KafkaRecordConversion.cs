using CatFunctions.Core.EventLog;
using Microsoft.Azure.Functions.Worker;

namespace CatFunctions;

internal static class KafkaRecordConversion
{
    public static ConsumedRecord ToConsumedRecord(this KafkaRecord record) => new(
        record.Partition,
        record.Offset,
        record.Timestamp?.DateTimeOffset ?? default,
        Bytes(record.Key),
        Bytes(record.Value));

    /// <summary>Without this step a missing array would become an empty value, by way of the implicit conversion.</summary>
    private static ReadOnlyMemory<byte>? Bytes(byte[]? array) => array is null ? null : array.AsMemory();
}
