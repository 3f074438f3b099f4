using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local;

public sealed class UnusualValuesTests : IDisposable
{
    private const string Topic = "cat_photo_events";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Each_unusual_value_ends_in_the_log_or_in_the_dead_letters_and_the_rest_flow_on()
    {
        byte[]?[] values =
        [
            TestEvents.WithIndex(0),
            "3, 57"u8.ToArray(),
            TestEvents.With("subject", 17),
            TestEvents.With("filler", new string('x', 900 * 1024)),
            new byte[900 * 1024],
            [],
            null,
            TestEvents.Utf8(JsonNode.Parse(TestEvents.WithIndex(1))!.ToJsonString(new() { WriteIndented = true })),
            TestEvents.WithIndex(2),
        ];
        using var broker = new EmbeddedBroker(Topic, partitions: 1);
        await ProduceAsync(broker, values);

        await using var recorder = LocalHostProcess.Start(
            ["record", "--brokers", broker.BootstrapServers, "--data", _data.Path]);
        await _data.WaitForLinesAsync(LogKind.Events, 4);
        await recorder.StopAsync();

        LogFolder.Offsets(_data.Path).ShouldBe([0, 3, 7, 8]);
        DeadLetters().ShouldBe(
        [
            (1, "the value is not JSON"),
            (2, "subject: must be a string that is not empty"),
            (4, "the value is not JSON"),
            (5, "the value is empty"),
            (6, "the record has no value"),
        ]);
    }

    private (long Offset, string Reason)[] DeadLetters() =>
    [
        .. LogFolder.Lines(_data.Path, LogKind.DeadLetters)
            .Select(line => JsonNode.Parse(line)!)
            .Select(line => ((long)line["kafkaoffset"]!, ((string)line["reason"]!).Split(": '")[0])),
    ];

    private static async Task ProduceAsync(EmbeddedBroker broker, byte[]?[] values)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        foreach (var value in values)
        {
            await producer.ProduceAsync(Topic, new Message<Null, byte[]> { Value = value! });
        }
    }
}
