using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Local.Kafka;

/// <summary>Owns an <c>rd_kafka_queue_t</c>, and keeps the client it belongs to alive for as long.</summary>
internal sealed class KafkaQueueHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    private SafeHandle? _client;

    /// <summary>The client's <c>rd_kafka_t</c>.</summary>
    public SafeHandle Client => _client!;

    /// <summary>Opens the queue in which a consumer that has a group finds its records and its errors.</summary>
    public static KafkaQueueHandle Open(Handle consumer)
    {
        var client = (SafeHandle)GetClient(consumer);
        var queue = Librdkafka.GetConsumerQueue(client);
        var held = false;
        client.DangerousAddRef(ref held);
        queue._client = client;
        return queue;
    }

    protected override bool ReleaseHandle()
    {
        Librdkafka.DestroyQueue(handle);
        _client?.DangerousRelease();
        return true;
    }

    /// <summary>Confluent.Kafka offers no records in batches, and keeps its <c>rd_kafka_t</c> to itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object GetClient(Handle handle);
}
