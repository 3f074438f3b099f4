using CatFunctions.Local;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class EventConsumerTests : IDisposable
{
    private readonly TestKafka _kafka = new(
        partitions: 1, new() { ["session.timeout.ms"] = "2000", ["topic.metadata.refresh.interval.ms"] = "200" });
    private readonly CancellationTokenSource _timeout = new(Eventually.Timeout);

    public void Dispose()
    {
        _kafka.Dispose();
        _timeout.Dispose();
    }

    [Fact]
    public async Task What_was_not_completed_before_a_stop_is_consumed_again_and_nothing_is_lost()
    {
        var size = _kafka.Settings.RecordBatchBytes / 100;
        const int Count = 350;
        await ProduceAsync(size, Count);
        var completed = await ConsumeAsync(new LogEnd(), batches: 1);

        var rest = await ConsumeAsync(new LogEnd { LastOffset = completed[^1] }, until: Count - 1);

        completed.ShouldBe(Offsets(0, completed.Count));
        completed.Count.ShouldBeInRange(1, Count - 1);
        rest.ShouldBe(Offsets(completed.Count - 1, Count - completed.Count + 1));
    }

    [Fact]
    public async Task It_begins_where_the_log_ends_and_not_where_the_group_has_committed()
    {
        await ProduceAsync(size: 10, count: 100);
        (await ConsumeAsync(new LogEnd(), until: 99)).Count.ShouldBe(100);

        (await ConsumeAsync(new LogEnd { LastOffset = 69 }, until: 99)).ShouldBe(Offsets(69, 31));
        (await ConsumeAsync(new LogEnd(), until: 99)).ShouldBe(Offsets(0, 100));
    }

    [Fact]
    public async Task If_the_first_record_is_not_the_last_of_the_log_it_begins_with_the_oldest()
    {
        await ProduceAsync(size: 10, count: 1000);

        (await ConsumeAsync(new LogEnd { LastOffset = 69, IsHeld = false }, until: 999)).ShouldBe(Offsets(0, 1000));
    }

    [Fact]
    public async Task If_Kafka_does_not_have_the_offset_yet_it_begins_with_the_oldest()
    {
        await ProduceAsync(size: 10, count: 100);

        (await ConsumeAsync(new LogEnd { LastOffset = 500 }, until: 99)).ShouldBe(Offsets(0, 100));
    }

    [Fact]
    public async Task If_Kafka_does_not_have_the_offset_any_more_it_begins_with_the_oldest()
    {
        using (var producer = _kafka.NewProducer())
        {
            for (var size = 0; size < EmbeddedBroker.PartitionCapacity; size += 100_000)
            {
                await producer.ProduceAsync(new OutgoingEvent("cat", new byte[100_000]), _timeout.Token);
                await producer.FlushAsync(_timeout.Token);
                _kafka.InFlight.Record(0, long.MaxValue);
            }
        }

        var offsets = await ConsumeAsync(new LogEnd { LastOffset = 0 }, until: EmbeddedBroker.PartitionCapacity / 100_000);

        offsets[0].ShouldBePositive();
        offsets.ShouldBe(Offsets(offsets[0], offsets.Count));
    }

    [Fact]
    public async Task After_a_rewind_what_was_consumed_before_is_outdated()
    {
        await ProduceAsync(size: 10, count: 100);
        using var stop = new CancellationTokenSource();
        using var consumer = _kafka.NewConsumer();
        consumer.Start(new LogEnd(), stop.Token);
        var first = await consumer.Batches.ReadAsync(_timeout.Token);

        consumer.Rewind(0, 20);
        consumer.RemoveOutdated(first);
        first.Records.ShouldBeEmpty();
        first.NextOffsets.ShouldBeEmpty();
        consumer.Complete(first);
        var offsets = new List<long>();
        while (offsets.Count < 80)
        {
            var batch = await consumer.Batches.ReadAsync(_timeout.Token);
            consumer.RemoveOutdated(batch);
            offsets.AddRange(batch.Records.Select(record => record.Offset));
            consumer.Complete(batch);
        }

        offsets.ShouldBe(Offsets(20, 80));
        await stop.CancelAsync();
        await consumer.CloseAsync(Eventually.Timeout);
    }

    // The embedded broker cannot add partitions to a topic, but to the client it is the same: it finds more of them.
    [Fact]
    public async Task Partitions_that_are_added_are_consumed_without_a_restart()
    {
        const int Partitions = 6;
        await ProduceAsync(size: 10, count: 1);
        using var stop = new CancellationTokenSource();
        using var consumer = _kafka.NewConsumer();
        consumer.Start(new LogEnd(), stop.Token);
        consumer.Complete(await consumer.Batches.ReadAsync(_timeout.Token));

        _kafka.Broker.RecreateTopic(Partitions);
        await _kafka.ProduceAsync(Enumerable.Range(0, 100).Select(i => new OutgoingEvent($"cat-{i}", new byte[10])));

        var consumed = new HashSet<int>();
        while (consumed.Count < Partitions)
        {
            var batch = await consumer.Batches.ReadAsync(_timeout.Token);
            consumed.UnionWith(batch.NextOffsets.Keys);
            consumer.Complete(batch);
        }

        await stop.CancelAsync();
        await consumer.CloseAsync(Eventually.Timeout);
    }

    [Fact]
    public async Task A_consumer_that_fails_permanently_says_why_and_what_to_do()
    {
        _kafka.Broker.FenceNextMember();
        using var stop = new CancellationTokenSource();
        using var consumer = _kafka.NewConsumer();

        consumer.Start(new LogEnd(), stop.Token);

        (await Should.ThrowAsync<FailureException>(consumer.Batches.Completion.WaitAsync(_timeout.Token))).Message
            .ShouldBe("The Kafka consumer has failed permanently: Fatal consumer error: "
                + "Broker: Static consumer fenced by other consumer with same group.instance.id. Start it again.");
    }

    [Fact]
    public async Task A_log_that_fails_when_it_is_asked_for_its_end_ends_the_consumer()
    {
        using var stop = new CancellationTokenSource();
        using var consumer = _kafka.NewConsumer();

        consumer.Start(new LogEnd { Failure = new InvalidOperationException("broken") }, stop.Token);

        (await Should.ThrowAsync<InvalidOperationException>(consumer.Batches.Completion.WaitAsync(_timeout.Token))).Message.ShouldBe("broken");
    }

    private static IEnumerable<long> Offsets(long first, int count) => Enumerable.Range(0, count).Select(i => first + i);

    private Task ProduceAsync(int size, int count) =>
        _kafka.ProduceAsync(Enumerable.Repeat(new OutgoingEvent("cat", new byte[size]), count));

    /// <summary>Consumes and completes so many batches, or up to an offset, and gives the records' offsets.</summary>
    private async Task<List<long>> ConsumeAsync(LogEnd logEnd, int batches = int.MaxValue, long until = long.MaxValue)
    {
        var offsets = new List<long>();
        await _kafka.ConsumeAsync(
            batch =>
            {
                offsets.AddRange(batch.Records.Select(record => record.Offset));
                return --batches == 0 || offsets.LastOrDefault() >= until;
            },
            logEnd);
        return offsets;
    }
}
