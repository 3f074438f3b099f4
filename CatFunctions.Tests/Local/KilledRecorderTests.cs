using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local;

/// <remarks>scripts/kill-recorder.sh runs these with many more kills.</remarks>
public sealed class KilledRecorderTests(Azurite azurite)
{
    /// <summary>
    /// A recorder is killed only when no more events wait than one partition of the embedded broker holds: it would drop
    /// the oldest beyond 5 MiB, and most of the events can be of one photo.
    /// </summary>
    private const int MaxWaiting = 8_000;

    private const string Topic = "cat_photo_events";

    private static readonly string? ManyKills = Environment.GetEnvironmentVariable("CATFUNCTIONS_KILLS");

    private readonly Dictionary<SegmentName, (long Position, int Lines)> _counted = [];

    [Fact]
    public async Task A_recorder_to_files_that_is_killed_again_and_again_loses_nothing_and_stores_nothing_twice()
    {
        using var log = new FileTestLog();
        await KillAsync(log, Kills(20), rate: 2000, partitions: 12, ["--data", log.Root]);
    }

    [Fact]
    public async Task A_recorder_to_blobs_that_is_killed_again_and_again_loses_nothing_and_stores_nothing_twice()
    {
        using var log = new BlobTestLog(azurite);
        using var folder = new TempFolder();
        var connection = Path.Combine(folder.Path, "connection");
        await File.WriteAllTextAsync(connection, $"{azurite.ConnectionString}\n");
        await KillAsync(
            log,
            Kills(5),
            rate: 500,
            partitions: 6,
            ["--blob-container", log.Container.Name, "--storage", $"@{connection}"]);
    }

    private static int Kills(int few) => ManyKills is null ? few : int.Parse(ManyKills, CultureInfo.InvariantCulture);

    private async Task KillAsync(TestLog log, int kills, int rate, int partitions, string[] place)
    {
        using var broker = new EmbeddedBroker(Topic, partitions);
        await using var producer = LocalHostProcess.Start(
            ["produce", "--brokers", broker.BootstrapServers, "--photos", "sample", "--rate", $"{rate}", "--schedule", "* * * * * *"]);
        using var client = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "test" }).Build();
        var random = new Random(20261122);

        for (var i = 0; i < kills; i++)
        {
            var before = await CountLinesAsync(log);
            await using var recorder = StartRecorder(broker, place);
            await Eventually.IsTrueAsync(
                async () => await CountLinesAsync(log) is var lines && lines > before && lines >= CountInBroker() - MaxWaiting);
            await Task.Delay(random.Next(500)); // not until something happens: the moment of the kill is random
            recorder.Kill();
            await recorder.WaitForExitAsync();
        }

        await producer.StopAsync();
        var produced = ProducedEvents(producer.Output[^1]);
        produced.ShouldBeGreaterThan(kills * 50);

        await using (var recorder = StartRecorder(broker, place))
        {
            await recorder.WaitForOutputAsync("Recording");
            await Eventually.IsTrueAsync(async () => await CountLinesAsync(log) >= produced);
            await recorder.TerminateAsync();
            (await recorder.WaitForExitAsync()).ShouldBe(0);
        }

        await Verifier.VerifyAsync(place);
        CountEventsIndependently(log).ShouldBe(produced);
        log.Files(LogKind.DeadLetters).ShouldBeEmpty();

        long CountInBroker() => Enumerable.Range(0, partitions)
            .Sum(partition => client.QueryWatermarkOffsets(new TopicPartition(Topic, partition), Eventually.Timeout).High.Value);
    }

    private static LocalHostProcess StartRecorder(EmbeddedBroker broker, string[] place) => LocalHostProcess.Start(
        ["record", "--brokers", broker.BootstrapServers, .. place],
        new() { ["Kafka__session.timeout.ms"] = "1100" });

    private static int ProducedEvents(string lastLine)
    {
        var number = lastLine.Split("produced ")[1].Split('.')[0];
        return int.Parse(number, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    /// <summary>Counts without any of the project's own code, and checks that every tick is whole.</summary>
    private static int CountEventsIndependently(TestLog log)
    {
        var ticks = log.Lines(LogKind.Events).Select(TestEvents.TickOf)
            .GroupBy(line => (line.Tick, line.Size), line => line.Index)
            .ToArray();
        foreach (var tick in ticks)
        {
            tick.Order().ShouldBe(Enumerable.Range(0, tick.Key.Size), tick.Key.Tick);
        }

        return ticks.Sum(tick => tick.Key.Size);
    }

    private async Task<int> CountLinesAsync(TestLog log)
    {
        foreach (var (segment, length, _, _) in await log.Store.ListAsync(LogKind.Events, null, CancellationToken.None))
        {
            var (position, lines) = _counted.GetValueOrDefault(segment);
            var added = new byte[Math.Max(0, length - position)];
            var read = added.Length == 0 ? 0 : await log.Store.ReadAsync(segment, position, added, CancellationToken.None);

            // The rest may be torn: it is counted when it is whole.
            var whole = added.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
            _counted[segment] = (position + whole, lines + added.AsSpan(0, whole).Count((byte)'\n'));
        }

        return _counted.Values.Sum(counted => counted.Lines);
    }
}
