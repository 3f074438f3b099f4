using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Local.Kafka;

/// <summary>Owns an <c>rd_kafka_t</c>.</summary>
internal sealed class KafkaClientHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Librdkafka.DestroyClient(handle);
        return true;
    }
}
