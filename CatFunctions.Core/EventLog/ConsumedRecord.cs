namespace CatFunctions.Core.EventLog;

/// <summary>A record as it was consumed from a Kafka topic.</summary>
/// <param name="Partition">The partition it came from.</param>
/// <param name="Offset">Its offset in the partition.</param>
/// <param name="Timestamp">Its Kafka timestamp.</param>
/// <param name="Key">Its key; null if it has none.</param>
/// <param name="Value">Its value; null for a tombstone.</param>
public readonly record struct ConsumedRecord(
    int Partition,
    long Offset,
    DateTimeOffset Timestamp,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value);
