using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.FunctionApp.Host;
using CatFunctions.Tests.Local;
using Confluent.Kafka;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>What the output binding loses without a word is sent again.</summary>
public sealed class OutboxFunctionTests : IDisposable
{
    private const string Topic = "cat_photo_events";
    private const int Partitions = 3;

    private readonly EmbeddedBroker _broker = new(Topic, Partitions);
    private readonly TempFolder _folder = new();
    private readonly KafkaExtension _kafka;
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private int _inKafka;
    private int _produced;

    public OutboxFunctionTests() => _kafka = new KafkaExtension(_broker.BootstrapServers, Topic, Partitions);

    public void Dispose()
    {
        _broker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Events_of_a_broker_that_is_down_and_of_a_worker_that_is_killed_before_its_output_reach_the_log()
    {
        await using (var host = await StartAsync())
        {
            // The broker is down: the run succeeds, and the extension drops what it returned, here all, there half.
            await FireAsync(host, secondsAgo: 180);
            await DeliverAsync(host, (await FireAsync(host, secondsAgo: 170)).Where((_, i) => i % 2 == 0));
            await ShouldAddUpAsync();

            // The worker is killed between the end of the run and the output.
            await FireAsync(host, secondsAgo: 160);
            host.Worker.Kill();
        }

        await ShouldAddUpAsync();
        await using (var host = await StartAsync())
        {
            (await ResendAsync(host)).ShouldBeEmpty("nothing has gone past the ticks yet");
            host.Log.Single(line => line.Level == RpcLog.Types.Level.Warning).Message
                .ShouldStartWith($"{_produced - LogFolder.CountLines(_folder.Path, LogKind.Events)} events that were produced over a minute ago are not in the log yet: ");
            await DeliverAsync(host, await FireAsync(host, secondsAgo: 20));
            await ShouldAddUpAsync();

            var resent = await ResendAsync(host);
            resent.Length.ShouldBeInRange(1, _produced);
            resent.ShouldAllBe(message => Encoding.UTF8.GetString(message.Headers.GetLastBytes("catfunctions-resent")) == "true");
            (await ResendAsync(host)).ShouldBeEmpty("only later ticks can show that it was lost again");
            await DeliverAsync(host, resent);
            await ShouldAddUpAsync();

            // Late originals, behind the copies.
            await DeliverAsync(host, resent);
            (await ResendAsync(host)).ShouldBeEmpty();
        }

        (await ShouldAddUpAsync()).ShouldBe(0);
        Directory.GetFiles(Path.Combine(_folder.Path, "outbox")).ShouldBeEmpty();
        LogFolder.Lines(_folder.Path, LogKind.Copies).ShouldNotBeEmpty();
    }

    private Task<FunctionsHost> StartAsync() => FunctionsHost.StartAsync(
        ("CatEventsSchedule", "*/5 * * * * *"), ("Simulation__EventsPerSecond", "50"), ("EventLog__Directory", _folder.Path));

    private async Task<Message<byte[], byte[]>[]> FireAsync(FunctionsHost host, int secondsAgo)
    {
        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", _now.AddSeconds(-secondsAgo)));
        _produced += messages.Length;
        return messages;
    }

    private static async Task<Message<byte[], byte[]>[]> ResendAsync(FunctionsHost host) =>
        KafkaExtension.ToMessages(await host.FireTimerAsync("ResendCatEvents", due: null));

    private async Task DeliverAsync(FunctionsHost host, IEnumerable<Message<byte[], byte[]>> messages)
    {
        var sent = messages.ToArray();
        await _kafka.ProduceAsync(sent);
        _inKafka += sent.Length;
        foreach (var batch in _kafka.ReadBatches(_inKafka))
        {
            (await host.InvokeAsync("RecordCatEvents", batch)).Result.Status.ShouldBe(StatusResult.Types.Status.Success);
        }
    }

    /// <summary>Whether what was produced is recorded or in flight, each event once, and <c>verify</c> finds nothing wrong.</summary>
    /// <returns>How many events are in flight.</returns>
    private async Task<int> ShouldAddUpAsync()
    {
        var inFlight = Verifier.InFlight(await Verifier.VerifyAsync(_folder.Path));
        var ids = LogFolder.Lines(_folder.Path, LogKind.Events).Select(line => JsonElement.Parse(line).GetProperty("id").GetString()).ToArray();
        ids.ShouldBeUnique();
        (ids.Length + inFlight).ShouldBe(_produced);
        return inFlight;
    }
}
