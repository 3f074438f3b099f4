using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>Owns an <c>rd_kafka_queue_t</c>.</summary>
internal sealed class KafkaQueueHandle : ClientPartHandle
{
    /// <summary>Opens the queue in which a consumer that has a group finds its records and its errors.</summary>
    public static KafkaQueueHandle Open(Handle consumer)
    {
        var client = (SafeHandle)GetClient(consumer);
        var queue = Librdkafka.GetConsumerQueue(client);
        queue.Hold(client);
        return queue;
    }

    protected override void Destroy(nint part) => Librdkafka.DestroyQueue(part);

    /// <summary>Confluent.Kafka offers no records in batches, and keeps its <c>rd_kafka_t</c> to itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object GetClient(Handle handle);
}
