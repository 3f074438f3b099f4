namespace CatFunctions.Local.Kafka;

/// <summary>Owns an <c>rd_kafka_mock_cluster_t</c>.</summary>
internal sealed class MockClusterHandle : ClientPartHandle
{
    protected override void Destroy(nint part) => Librdkafka.DestroyMockCluster(part);
}
