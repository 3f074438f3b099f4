using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Local;

/// <summary>A tick that was begun is whole in the end, whatever happens to the process or to the broker.</summary>
public sealed class KilledRunTests : IDisposable
{
    private const int Kills = 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_that_is_killed_with_its_broker_again_and_again_loses_no_event_of_a_tick()
    {
        var random = new Random(20261122);
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = LogBytes();
            await using (var host = Start(["--rate", "3000"]))
            {
                await Eventually.IsTrueAsync(() => LogBytes() > before);
                await Task.Delay(random.Next(200)); // not until something happens: the moment of the kill is random
                host.Kill();
                await host.WaitForExitAsync();
            }

            if (kill % 10 == 0)
            {
                await InFlightAfterRepairAsync();
            }
        }

        // A run stops after a while even if a busy machine has not recorded everything by then; the next one goes on.
        await Eventually.IsTrueAsync(async () => await InFlightAfterRepairAsync() == 0);
        Directory.GetFiles(Path.Combine(_folder.Path, "outbox"), "*.jsonl").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_for_thirty_ticks_of_a_second_costs_nothing()
    {
        using var broker = new EmbeddedBroker("cat_photo_events", 3);

        // Few events: the embedded broker drops the oldest of a partition beyond 5 MiB, and on a busy machine the outage lasts.
        await using var host = Start(["--rate", "100", "--brokers", broker.BootstrapServers]);
        await Eventually.IsTrueAsync(() => LogFolder.CountLines(_folder.Path, LogKind.Events) > 200);

        broker.GoDown();
        await host.WaitForErrorAsync("is failing");
        await Eventually.IsTrueAsync(() => Directory.GetFiles(Path.Combine(_folder.Path, "outbox"), "*.jsonl").Length > 30);
        await ShouldAddUpAsync();
        broker.ComeBack();
        await host.WaitForOutputAsync("works again");
        var produced = Pending().Union(Recorded()).Count();
        await Eventually.IsTrueAsync(() => LogFolder.CountLines(_folder.Path, LogKind.Events) >= produced);
        await host.StopAsync();

        (await ShouldAddUpAsync()).ShouldBe(0);
    }

    /// <summary>A kill may leave the last line of a partition torn, which <c>verify</c> names until the next run has repaired it.</summary>
    private async Task<int> InFlightAfterRepairAsync()
    {
        await using var host = Start(["--rate", "100", "--for", "00:00:02"]);
        await host.SucceedAsync();
        return await ShouldAddUpAsync();
    }

    private LocalHostProcess Start(string[] arguments) => LocalHostProcess.Start(
        ["run", "--photos", "sample", "--port", "0", "--schedule", "* * * * * *", "--data", _folder.Path, .. arguments]);

    /// <summary>
    /// Whether the ticks that are known, from the log and the outbox, are recorded or in flight, each event once, and
    /// <c>verify</c> finds nothing wrong. Counted without any of the project's own code.
    /// </summary>
    /// <returns>How many events are in flight.</returns>
    private async Task<int> ShouldAddUpAsync()
    {
        // Before the log is read: what a process still records meanwhile is then counted in the log.
        var pending = Pending().ToArray();
        var inFlight = Verifier.InFlight(await Verifier.VerifyAsync(_folder.Path));

        var recorded = Recorded().ToArray();
        recorded.ShouldBeUnique();
        recorded.Union(pending).GroupBy(line => line.Tick).ShouldAllBe(tick => tick.Count() == tick.First().Size);
        return inFlight;
    }

    private long LogBytes() => LogFolder.Files(_folder.Path, LogKind.Events).Sum(path => new FileInfo(Path.Combine(_folder.Path, path)).Length);

    private IEnumerable<(string Tick, int Index, int Size)> Recorded() => LogFolder.Lines(_folder.Path, LogKind.Events).Select(TestEvents.TickOf);

    private IEnumerable<(string Tick, int Index, int Size)> Pending() =>
        Directory.GetFiles(Path.Combine(_folder.Path, "outbox"), "*.jsonl").SelectMany(File.ReadLines).Select(TestEvents.TickOf);
}
