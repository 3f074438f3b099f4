using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>Passes bytes on as they are.</summary>
internal sealed class MemorySerializer : ISerializer<ReadOnlyMemory<byte>>
{
    public static MemorySerializer Instance { get; } = new();

    private MemorySerializer()
    {
    }

    public byte[] Serialize(ReadOnlyMemory<byte> data, SerializationContext context) => data.ToArray();
}
