using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local;

/// <summary>Records that Kafka has and its client cannot read are an outage, and no silent standstill.</summary>
public sealed class UnreadableRecordsTests : IDisposable
{
    private const string Topic = "cat_photo_events";

    private readonly TempFolder _data = new();
    private readonly EmbeddedBroker _broker = new(Topic, partitions: 2);

    public void Dispose()
    {
        _broker.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData("a compression of the future", 5, true, "Decompression (codec 0x5)")]
    [InlineData("a broken compression", 1, true, "Decompression (codec 0x1)")]
    [InlineData("a changed byte", 0, false, "they do not come")]
    [InlineData("no records, whatever the header says", 0, true, "they do not come")]
    public async Task A_batch_that_cannot_be_read_is_an_outage_and_the_rest_is_recorded(string what, short codec, bool isCrcRight, string reason)
    {
        await ProduceAsync(0, index: 0);
        await new RawBatch([.. Enumerable.Repeat((byte)0x55, 100), .. "cats"u8], codec, isCrcRight).ProduceAsync(_broker.BootstrapServers, Topic, 0);
        await using var recorder = LocalHostProcess.Start(["record", "--brokers", _broker.BootstrapServers, "--data", _data.Path]);

        (await recorder.WaitForErrorAsync("is failing")).ShouldStartWith(
            $"warning: Reading topic {Topic} is failing: the records of partition 0 from offset 1 on cannot be read: ", customMessage: what);
        recorder.Errors[0].ShouldContain(reason);
        await ProduceAsync(1, index: 1);
        await _data.WaitForLinesAsync(LogKind.Events, 2);
        await recorder.TerminateAsync();

        (await recorder.WaitForExitAsync()).ShouldBe(1);
        recorder.Errors.Count.ShouldBe(2);
        recorder.Errors[1].ShouldStartWith($"error: Not all of topic {Topic} is recorded: the records of partition 0 from offset 1 on");
        LogFolder.CountLines(_data.Path, LogKind.Events).ShouldBe(2);
        LogFolder.CountLines(_data.Path, LogKind.DeadLetters).ShouldBe(0);
    }

    private async Task ProduceAsync(int partition, int index)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await producer.ProduceAsync(new TopicPartition(Topic, partition), new Message<Null, byte[]> { Value = TestEvents.WithIndex(index) });
    }
}
