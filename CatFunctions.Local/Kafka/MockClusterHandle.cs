using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Local.Kafka;

/// <summary>Owns an <c>rd_kafka_mock_cluster_t</c>, and keeps the client it lives in alive for as long.</summary>
internal sealed class MockClusterHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    private KafkaClientHandle? _client;

    /// <summary>Holds on to the client until the cluster is destroyed.</summary>
    public void Hold(KafkaClientHandle client)
    {
        var held = false;
        client.DangerousAddRef(ref held);
        _client = client;
    }

    protected override bool ReleaseHandle()
    {
        Librdkafka.DestroyMockCluster(handle);
        _client?.DangerousRelease();
        return true;
    }
}
