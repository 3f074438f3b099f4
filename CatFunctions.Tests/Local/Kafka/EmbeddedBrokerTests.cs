using System.Diagnostics;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class EmbeddedBrokerTests : IDisposable
{
    private readonly TestKafka _kafka = new(partitions: 3);

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task What_is_produced_is_consumed_with_all_offsets_and_the_order_of_each_key()
    {
        var sent = Enumerable.Range(0, 5000).Select(i => (Key: $"cat-{i % 20}", Value: $"event {i}")).ToList();
        await _kafka.ProduceAsync(sent.Select(one => new OutgoingEvent(one.Key, Encoding.UTF8.GetBytes(one.Value))));
        _kafka.Status.Produced.ShouldBe(sent.Count);
        var received = await ConsumeAsync(sent.Count);

        foreach (var partition in received.GroupBy(record => record.Partition))
        {
            partition.Select(record => record.Offset).ShouldBe(Enumerable.Range(0, partition.Count()).Select(i => (long)i));
        }

        received.Select(record => record.Partition).Distinct().Count().ShouldBe(3);
        foreach (var key in sent.ToLookup(e => e.Key, e => e.Value))
        {
            received.Where(record => record.Key == key.Key).Select(record => record.Value).ShouldBe(key);
        }
    }

    [Fact]
    public async Task What_was_recorded_is_committed_so_that_others_see_the_lag_of_the_group()
    {
        await _kafka.ProduceAsync(Enumerable.Range(0, 10).Select(i => new OutgoingEvent("cat", new[] { (byte)i })));

        (await ConsumeAsync(10)).Count.ShouldBe(10);

        using var other = new ConsumerBuilder<Ignore, Ignore>(_kafka.Settings.ForConsumer()).Build();
        var partitions = Enumerable.Range(0, 3).Select(partition => new TopicPartition(TestKafka.Topic, partition));
        other.Committed(partitions, Eventually.Timeout).Where(position => !position.Offset.IsSpecial).Sum(position => position.Offset).ShouldBe(10);
    }

    [Fact]
    public async Task Records_of_others_are_consumed_as_they_are()
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = _kafka.Broker.BootstrapServers }).Build();
        var at = new TopicPartition(TestKafka.Topic, 1);
        await producer.ProduceAsync(at, new() { Key = null!, Value = null! });
        await producer.ProduceAsync(at, new() { Key = [], Value = [] });
        await producer.ProduceAsync(at, new() { Value = new byte[900_000] });
        await producer.ProduceAsync(at, new() { Value = [1], Timestamp = new Timestamp(long.MaxValue / 2, TimestampType.CreateTime) });

        var received = await ConsumeAsync(4);

        received.Select(record => (record.Key, record.Value?.Length)).ShouldBe([(null, null), ("", 0), (null, 900_000), (null, 1)]);
        received[3].Timestamp.Year.ShouldBe(9999);
    }

    [Fact]
    public async Task Events_carry_their_content_type_and_the_trace_they_belong_to()
    {
        using var producer = _kafka.NewProducer();
        await producer.ProduceAsync(new OutgoingEvent("cat", "without"u8.ToArray()), CancellationToken.None);
        using var activity = new Activity("tick").SetIdFormat(ActivityIdFormat.W3C).Start();
        await producer.ProduceAsync(new OutgoingEvent("cat", "with"u8.ToArray()), CancellationToken.None);
        activity.Stop();

        await producer.FlushAsync(CancellationToken.None);

        _kafka.Read<string, string>().Select(message => string.Join(
            ", ", message.Headers.Select(header => $"{header.Key}: {Encoding.UTF8.GetString(header.GetValueBytes())}"))).ShouldBe(
            [
                "content-type: application/cloudevents+json; charset=utf-8",
                $"content-type: application/cloudevents+json; charset=utf-8, traceparent: {activity.Id}",
            ]);
    }

    [Fact]
    public void Our_native_calls_and_confluent_kafka_share_one_copy_of_librdkafka() =>
        Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .Where(module => module.ModuleName.Contains("librdkafka"))
            .Select(module => module.FileName).Distinct()
            .ShouldHaveSingleItem();

    private async Task<List<Received>> ConsumeAsync(int count)
    {
        var received = new List<Received>();
        await _kafka.ConsumeAsync(batch =>
        {
            received.AddRange(batch.Records.Select(record => new Received(
                record.Partition,
                record.Offset,
                record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : null,
                record.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null,
                record.Timestamp)));
            return received.Count >= count;
        });
        return received;
    }

    private sealed record Received(int Partition, long Offset, string? Key, string? Value, DateTimeOffset Timestamp);
}
