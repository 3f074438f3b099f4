using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class StalledPartitionsTests : IDisposable
{
    private static readonly TopicPartition Partition = new(TestKafka.Topic, 0);

    private readonly TestKafka _kafka = new(partitions: 1);
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Neither_an_outage_of_the_broker_nor_a_rebalance_means_that_records_can_be_read_again()
    {
        await new RawBatch("cats"u8.ToArray(), Codec: 5).ProduceAsync(_kafka.Broker.BootstrapServers, TestKafka.Topic, 0);
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(_kafka.Settings.ForConsumer()).Build();
        consumer.Assign(new TopicPartitionOffset(Partition, Offset.Beginning));
        await Eventually.IsTrueAsync(() => consumer.GetWatermarkOffsets(Partition).High > 0);
        var stalls = new StalledPartitions(consumer, TestKafka.Topic, _kafka.Connection, _clock);

        stalls.Add([Partition]);
        stalls.Explain(0, "no such codec");
        Check(stalls).ShouldBe("the records of partition 0 from offset 0 on cannot be read: no such codec.");
        var problem = _kafka.Connection.Unreadable;

        _kafka.Broker.GoDown();
        Check(stalls).ShouldBe(problem);
        _kafka.Broker.ComeBack();

        stalls.Remove([new(Partition, Offset.Unset)]);
        Check(stalls).ShouldBe(problem);
        stalls.Add([Partition]);
        Check(stalls).ShouldBe(problem);

        stalls.Remove([new(Partition, Offset.Unset)]);
        stalls.Add([]);
        Check(stalls).ShouldBeNull("another member has the partition now");
    }

    private string? Check(StalledPartitions stalls)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        stalls.Check();
        return _kafka.Connection.Unreadable;
    }
}
