using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CatFunctions.Core.EventLog;
using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Local;

public sealed class KilledRecorderTests : IDisposable
{
    private const int Kills = 20;

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_recorder_that_is_killed_twenty_times_loses_nothing_and_stores_nothing_twice()
    {
        // It keeps 5 MiB of a partition: with six of them there is room for all that comes while no recorder lives.
        using var broker = new EmbeddedBroker("cat_photo_events", partitions: 6);
        await using var producer = LocalHostProcess.Start(
            ["produce", "--brokers", broker.BootstrapServers, "--photos", "sample", "--rate", "2000", "--schedule", "* * * * * *"]);
        var random = new Random(20261122);

        for (var i = 0; i < Kills; i++)
        {
            var length = LogLength();
            await using var recorder = StartRecorder(broker);
            await WaitUntilAsync(() => LogLength() > length, recorder);
            await Task.Delay(random.Next(500)); // not until something happens: the moment of the kill is random
            recorder.Kill();
            await recorder.WaitForExitAsync();
        }

        await producer.TerminateAsync();
        (await producer.WaitForExitAsync()).ShouldBe(0);
        var produced = ProducedEvents(producer.Output[^1]);
        produced.ShouldBeGreaterThan(Kills * 100);

        await using (var recorder = StartRecorder(broker))
        {
            await WaitUntilAsync(() => LogFolder.CountLines(_data.Path, LogNames.Events) >= produced, recorder);
            await recorder.TerminateAsync();
            (await recorder.WaitForExitAsync()).ShouldBe(0);
        }

        await using var verifier = LocalHostProcess.Start(["verify", "--data", _data.Path]);
        (await verifier.WaitForExitAsync()).ShouldBe(0, string.Join('\n', verifier.Output));
        CountEventsIndependently().ShouldBe(produced);
        LogFolder.Files(_data.Path, LogNames.DeadLetters).ShouldBeEmpty();
    }

    private LocalHostProcess StartRecorder(EmbeddedBroker broker) => LocalHostProcess.Start(
        ["record", "--brokers", broker.BootstrapServers, "--data", _data.Path],
        new() { ["Kafka__session.timeout.ms"] = "1100" });

    private static int ProducedEvents(string lastLine)
    {
        var number = lastLine.Split("produced ")[1].Split('.')[0];
        return int.Parse(number, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    /// <summary>Counts without any of the project's own code, and checks that every tick is whole.</summary>
    private int CountEventsIndependently()
    {
        var ticks = LogFolder.Lines(_data.Path, LogNames.Events)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => (Id: line.GetProperty("id").GetString()!.Split('-'), Size: line.GetProperty("ticksize").GetInt32()))
            .GroupBy(line => (Tick: line.Id[0], line.Size), line => int.Parse(line.Id[1], CultureInfo.InvariantCulture))
            .ToArray();
        foreach (var tick in ticks)
        {
            tick.Order().ShouldBe(Enumerable.Range(0, tick.Key.Size), tick.Key.Tick);
        }

        return ticks.Sum(tick => tick.Key.Size);
    }

    private long LogLength() => LogFolder.Files(_data.Path, LogNames.Events)
        .Sum(path => new FileInfo(Path.Combine(_data.Path, path)).Length);

    private async Task WaitUntilAsync(Func<bool> condition, LocalHostProcess recorder)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(10))
        {
            Stopwatch.GetElapsedTime(start).ShouldBeLessThan(
                TimeSpan.FromMinutes(1), $"{LogFolder.CountLines(_data.Path, LogNames.Events)} lines; {string.Join('\n', [.. recorder.Output, .. recorder.Errors])}");
        }
    }
}
