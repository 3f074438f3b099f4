using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;
using Microsoft.Extensions.Options;

namespace CatFunctions.Benchmarks;

/// <summary>Events as the pipeline makes them, of about 330 bytes: ticks of 5 s at 10,000 events per second.</summary>
internal static class GeneratedEvents
{
    private const int EventsPerSecond = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>What simulates the users.</summary>
    public static Simulator Simulator { get; } =
        new(Options.Create(new SimulationOptions { EventsPerSecond = EventsPerSecond }));

    /// <summary>Photos with ids, addresses and breeds as TheCatAPI has them.</summary>
    public static Gallery Gallery { get; } = Gallery.Empty.Add(
        SampleCatalogue.Photos.Select((photo, index) =>
        {
            var id = $"MTY3ODI{index:D2}x";
            return new CatPhoto(id, $"https://cdn2.thecatapi.com/images/{id}.jpg", photo.Breed);
        }),
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>A tick that is always the same.</summary>
    public static Tick FixedTick { get; } = new(new DateTimeOffset(2026, 11, 22, 7, 30, 15, TimeSpan.Zero), Interval);

    /// <summary>The events of a tick.</summary>
    public static TickEvents Write(Tick tick) =>
        EventWriter.Write(tick, Gallery, Simulator.Simulate(tick, Gallery).AsSpan());

    /// <summary>As many events as wanted, in order of time, none of them in the future. Each is valid until the next.</summary>
    public static IEnumerable<OutgoingEvent> Take(long count)
    {
        var now = new DateTimeOffset(DateTimeOffset.UtcNow.UtcTicks / Interval.Ticks * Interval.Ticks, TimeSpan.Zero);
        var ticks = (int)(count / (EventsPerSecond * Interval.TotalSeconds)) + 1;
        for (var time = now - (ticks * Interval); count > 0; time += Interval)
        {
            using var events = Write(new Tick(time, Interval));
            for (var i = 0; i < events.Count && count > 0; i++, count--)
            {
                yield return events[i];
            }
        }
    }
}
