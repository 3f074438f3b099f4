using CatFunctions.Core.Events;

namespace CatFunctions.Core.Ticks;

/// <summary>
/// Proves conservation: each tick that the log has seen must hold the indices 0 to ticksize - 1, each once.
/// Its memory grows with the number of ticks that are not complete, and by some bits for each that is.
/// </summary>
internal sealed class TickLedger
{
    /// <summary>A tick this much older than the newest one has had its time to arrive.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Dictionary<DateTimeOffset, TickTally> _open = [];
    private readonly TickSet _complete = new();
    private DateTimeOffset _newest;
    private DateTimeOffset _newestComplete;

    /// <summary>How many ticks were seen.</summary>
    public int Ticks => _open.Count + _complete.Count;

    /// <summary>Counts an event.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Add(EventId id, int tickSize)
    {
        if (!_open.TryGetValue(id.Tick, out var tally))
        {
            if (_complete.Contains(id.Tick))
            {
                return $"event {id} is one too many: its tick was complete before";
            }

            _open[id.Tick] = tally = new TickTally(tickSize);
            _newest = Later(_newest, id.Tick);
        }

        if (tally.Size != tickSize)
        {
            return $"event {id} says that its tick has {tickSize} events, others say {tally.Size}";
        }

        if (!tally.TryAdd(id.Index))
        {
            return $"event {id} is there twice";
        }

        if (tally.Missing == 0)
        {
            _open.Remove(id.Tick);
            _complete.Add(id.Tick);
            _newestComplete = Later(_newestComplete, id.Tick);
        }

        return null;
    }

    /// <summary>The finished ticks that miss events.</summary>
    /// <remarks>A tick is finished when a later one is complete, or is later by more than <see cref="Grace"/>.</remarks>
    /// <param name="from">Ticks before may have lost events with old hours that were deleted.</param>
    public (IReadOnlyList<string> Missing, long MissingEvents, int Unfinished, int Cut) Close(DateTimeOffset from = default)
    {
        var cut = _open.Keys.Count(tick => tick < from);
        var incomplete = _open
            .Where(tick => tick.Key >= from)
            .OrderBy(tick => tick.Key)
            .ToLookup(tick => tick.Key < _newestComplete || _newest - tick.Key > Grace);

        return (
            [.. incomplete[true].Select(Describe)],
            incomplete[true].Sum(tick => (long)tick.Value.Missing),
            incomplete[false].Count(),
            cut);
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static string Describe(KeyValuePair<DateTimeOffset, TickTally> tick) =>
        $"{tick.Value.Missing} of {tick.Value.Size} events of tick {EventId.FormatTick(tick.Key)} are missing, "
        + $"the first with index {tick.Value.FirstMissing()}";
}
