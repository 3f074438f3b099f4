using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>Copies keys and values straight from librdkafka's memory into the batch that is being filled.</summary>
internal sealed class BatchDeserializer : IDeserializer<ReadOnlyMemory<byte>?>
{
    /// <summary>The batch that is being filled.</summary>
    public RecordBatch Batch { get; set; } = null!;

    public ReadOnlyMemory<byte>? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        isNull ? default(ReadOnlyMemory<byte>?) : Batch.Copy(data);
}
