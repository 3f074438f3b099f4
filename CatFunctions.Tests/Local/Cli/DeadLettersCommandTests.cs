using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Local.Cli;

public sealed class DeadLettersCommandTests : IDisposable
{
    private readonly FileTestLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Dead_letters_are_listed_and_replayed_from_the_command_line()
    {
        using var broker = new EmbeddedBroker("cats", partitions: 1);
        await RecordAsync(TestEvents.Record(7, TestEvents.Utf8("{")));

        (await RunAsync("list"))[^1].ShouldBe("1 dead letters, 0 of them replayed, 0 more are now valid events");
        (await RunAsync("replay", "--brokers", broker.BootstrapServers, "--topic", "cats")).ShouldBe(["0 dead letters replayed, 1 left"]);
        (await RunAsync("replay", "--brokers", broker.BootstrapServers, "--topic", "cats", "--all")).ShouldBe(["1 dead letters replayed, 0 left"]);
        var lines = await RunAsync("list");

        lines[0].ShouldStartWith("partition 0, offset 7, 2026-11-22T07:30:15.000Z, 1 bytes: the value is not JSON");
        lines[0].ShouldEndWith(" (replayed)");
        lines[^1].ShouldBe("1 dead letters, 1 of them replayed, 0 more are now valid events");
    }

    [Fact]
    public async Task The_json_has_a_line_for_each_dead_letter_and_one_for_a_replay()
    {
        using var broker = new EmbeddedBroker("cats", partitions: 1);
        await RecordAsync(TestEvents.Record(7, TestEvents.Utf8("{")), new ConsumedRecord(0, 8, default, null, null));

        var letters = (await RunAsync("list", "--json")).Select(line => JsonNode.Parse(line)!).ToArray();

        letters.Select(letter => (long)letter["letter"]!["kafkaoffset"]!).ShouldBe([7, 8]);
        ((string)letters[0]["letter"]!["value"]!).ShouldBe("ew==");
        letters[1]["letter"]!["value"].ShouldBeNull();
        letters.ShouldAllBe(letter => (int)letter["generation"]! == 1 && !(bool)letter["isReplayed"]! && !(bool)letter["isEventNow"]!);
        (await RunAsync("replay", "--brokers", broker.BootstrapServers, "--topic", "cats", "--all", "--json"))
            .ShouldBe(["""{"replayed":2,"left":0}"""]);
    }

    private async Task RecordAsync(params ConsumedRecord[] records)
    {
        using var recorder = new EventRecorder(_log.Store, TimeProvider.System);
        await recorder.RecordAsync(records, CancellationToken.None);
    }

    private Task<IReadOnlyList<string>> RunAsync(params string[] arguments) =>
        LocalHostProcess.RunAsync(["dead-letters", .. arguments, "--data", _log.Root]);
}
