using CatFunctions.Core.Simulation;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Analytics;

/// <summary>The log of a simulated hour with more than 100,000 events.</summary>
public sealed class SimulatedHour : IAsyncLifetime
{
    internal const int Photos = 20;

    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 31, 0, TimeSpan.Zero);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset End = Start.AddMinutes(59);

    private readonly Gallery _gallery = new(
        [.. Enumerable.Range(0, Photos).Select(i => new GalleryPhoto(
            new CatPhoto($"cat-{i}", $"https://cdn2.thecatapi.com/images/cat-{i}.jpg", i % 4 == 0 ? null : $"Breed \"{i % 5}\""), Start))]);

    internal CatLog Log { get; } = new(Start);

    internal Simulator Simulator { get; } = new(Options.Create(new SimulationOptions { EventsPerSecond = 29, Seed = 4 }));

    internal IReadOnlyList<RecountedEvent> Recount { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var offsets = new long[3];
        for (var time = Start + Interval; time <= End; time += Interval)
        {
            Log.Clock.Advance(Interval);
            var tick = new Tick(time, Interval);
            using var events = EventWriter.Write(tick, _gallery, Simulator.Simulate(tick, _gallery).AsSpan());
            var records = events.Select(produced =>
            {
                var partition = produced.Key[^1] % 3;
                return new ConsumedRecord(partition, offsets[partition]++, time, null, produced.Value);
            });
            await Log.Recorder.RecordAsync([.. records], CancellationToken.None);
        }

        Log.Clock.Advance(TimeSpan.FromSeconds(59)); // when windows are whole minutes
        Recount = [.. LogFolder.Lines(Log.Root, LogKind.Events).Select(RecountedEvent.Read)];
    }

    public ValueTask DisposeAsync()
    {
        Log.Dispose();
        return ValueTask.CompletedTask;
    }
}
