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
    ReadOnlyMemory<byte>? Value)
{
    /// <summary>A record from arrays. A missing one stays missing; its implicit conversion to memory would be empty.</summary>
    public ConsumedRecord(int partition, long offset, DateTimeOffset timestamp, byte[]? key, byte[]? value)
        : this(partition, offset, timestamp, Memory(key), Memory(value))
    {
    }

    /// <summary>Its header <c>traceparent</c>, the span it was produced in; empty if it has none.</summary>
    public ReadOnlyMemory<byte> TraceParent { get; init; }

    private static ReadOnlyMemory<byte>? Memory(byte[]? array) =>
        array is null ? default(ReadOnlyMemory<byte>?) : array.AsMemory();
}
