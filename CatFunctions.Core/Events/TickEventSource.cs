using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Events;

/// <summary>Turns a tick into events: takes the gallery, simulates its users, writes what they did as CloudEvents.</summary>
public sealed class TickEventSource(GalleryRefresher gallery, Simulator simulator)
{
    /// <summary>The events of a tick, in the order in which they are sent. The caller disposes them.</summary>
    /// <exception cref="PhotoSourceException">There are no photos.</exception>
    public async Task<TickEvents> GenerateAsync(Tick tick, CancellationToken cancellationToken)
    {
        var photos = await gallery.GetAsync(cancellationToken);
        return EventWriter.Write(tick, photos, simulator.Simulate(tick, photos).AsSpan());
    }
}
