using System.Globalization;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// Proves conservation: each tick that the log has seen must hold the indices 0 to ticksize - 1, each once.
/// Its memory grows with the number of ticks, not of events.
/// </summary>
internal sealed class TickLedger
{
    /// <summary>A tick this much older than the newest one has had its time to arrive.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Dictionary<DateTimeOffset, TickTally> _ticks = [];

    /// <summary>How many ticks were seen.</summary>
    public int Ticks => _ticks.Count;

    /// <summary>Counts an event.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Add(EventId id, int tickSize)
    {
        if (!_ticks.TryGetValue(id.Tick, out var tally))
        {
            _ticks[id.Tick] = tally = new TickTally(tickSize);
        }

        return tally.Size != tickSize ? $"event {id} says that its tick has {tickSize} events, others say {tally.Size}"
            : !tally.TryAdd(id.Index) ? $"event {id} is there twice"
            : null;
    }

    /// <summary>The finished ticks that miss events, and how many ticks are not finished.</summary>
    /// <remarks>A tick is finished when a later one is complete, or is later by more than <see cref="Grace"/>.</remarks>
    public (IReadOnlyList<string> Missing, int Unfinished) Close()
    {
        var newest = _ticks.Keys.DefaultIfEmpty().Max();
        var newestComplete = _ticks.Where(tick => tick.Value.Missing == 0).Select(tick => tick.Key).DefaultIfEmpty().Max();
        var incomplete = _ticks
            .Where(tick => tick.Value.Missing > 0)
            .OrderBy(tick => tick.Key)
            .ToLookup(tick => tick.Key < newestComplete || newest - tick.Key > Grace);

        return ([.. incomplete[true].Select(Describe)], incomplete[false].Count());
    }

    private static string Describe(KeyValuePair<DateTimeOffset, TickTally> tick) => string.Create(
        CultureInfo.InvariantCulture,
        $"{tick.Value.Missing} of {tick.Value.Size} events of tick {EventId.FormatTick(tick.Key)} are missing, the first with index {tick.Value.FirstMissing()}");
}
