using CatFunctions.Core.Events;
using CatFunctions.Local;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class EventConsumerTests : IDisposable
{
    private readonly TestKafka _kafka = new(partitions: 1);
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
        var completed = await ConsumeAsync(batches: 1);

        var rest = await ConsumeAsync(until: Count - 1);

        completed.ShouldBe(Enumerable.Range(0, completed.Count).Select(i => (long)i));
        completed.Count.ShouldBeInRange(1, Count - 1);
        rest.ShouldBe(Enumerable.Range(completed.Count, Count - completed.Count).Select(i => (long)i));
    }

    [Fact]
    public async Task A_consumer_that_fails_permanently_says_why_and_what_to_do()
    {
        _kafka.Broker.FenceNextMember();
        using var stop = new CancellationTokenSource();
        using var consumer = _kafka.NewConsumer();

        consumer.Start(stop.Token);

        (await Should.ThrowAsync<FailureException>(consumer.Batches.Completion.WaitAsync(_timeout.Token))).Message
            .ShouldBe("The Kafka consumer has failed permanently: Fatal consumer error: "
                + "Broker: Static consumer fenced by other consumer with same group.instance.id. Start it again.");
    }

    private async Task ProduceAsync(int size, int count)
    {
        using var producer = _kafka.NewProducer();
        for (var i = 0; i < count; i++)
        {
            await producer.ProduceAsync(new OutgoingEvent("cat", new byte[size]), _timeout.Token);
        }

        (await producer.FlushAsync(_timeout.Token)).ShouldBe(0);
    }

    /// <summary>Consumes and completes so many batches, or up to an offset, and gives the records' offsets.</summary>
    private async Task<List<long>> ConsumeAsync(int batches = int.MaxValue, long until = long.MaxValue)
    {
        using var stop = new CancellationTokenSource();
        using var consumer = _kafka.NewConsumer();
        consumer.Start(stop.Token);
        var offsets = new List<long>();
        for (var i = 0; i < batches && offsets.LastOrDefault() < until; i++)
        {
            var batch = await consumer.Batches.ReadAsync(_timeout.Token);
            offsets.AddRange(batch.Records.Select(record => record.Offset));
            consumer.Complete(batch);
        }

        await stop.CancelAsync();
        await consumer.CloseAsync(Eventually.Timeout);
        return offsets;
    }
}
