using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>An <c>rd_kafka_message_t</c> of a consumer: a record or, with <see cref="Error"/>, an error.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct KafkaMessage
{
    public readonly ErrorCode Error;
    public readonly nint Topic;
    public readonly int Partition;

    /// <summary>Null for a tombstone.</summary>
    public readonly byte* Value;

    public readonly nuint ValueLength;

    /// <summary>Null if the record has none.</summary>
    public readonly byte* Key;

    public readonly nuint KeyLength;
    public readonly long Offset;
    private readonly nint _private;
}
