using CatFunctions.Core.Events;

namespace CatFunctions.Core.Ticks;

/// <summary>
/// Counts which ticks miss events, by the rule of <see cref="TickLedger"/>, while the log grows. Two differences keep
/// it exact in any order of reading, and small: events that disagree about the size of their tick are of two ticks,
/// and a complete tick is forgotten <see cref="Remembered"/> after it. (A second copy of its events that is recorded
/// even later would be taken for an incomplete tick.)
/// </summary>
internal sealed class TickProgress
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    private readonly Dictionary<(DateTimeOffset Time, int Size), TickTally> _ticks = [];

    // The events of a tick come in a row: up to 64 neighbours are gathered here before they are counted.
    private (DateTimeOffset Time, int Size) _tick;
    private int _firstIndex;
    private ulong _events;

    /// <summary>Counts an event.</summary>
    public void Add(in EventId id, int tickSize)
    {
        var firstIndex = id.Index & ~63;
        if (firstIndex != _firstIndex || tickSize != _tick.Size || id.Tick != _tick.Time)
        {
            Flush();
            (_tick, _firstIndex) = ((id.Tick, tickSize), firstIndex);
        }

        _events |= 1UL << (id.Index - firstIndex);
    }

    /// <summary>Takes in all that another one has counted; that one must not be used any more.</summary>
    public void Merge(TickProgress other)
    {
        Flush();
        other.Flush();
        foreach (var (tick, tally) in other._ticks)
        {
            if (!_ticks.TryAdd(tick, tally))
            {
                _ticks[tick].UnionWith(tally);
            }
        }
    }

    /// <summary>The finished ticks that miss events, newest first.</summary>
    /// <param name="now">A tick that is due after it, but for clocks that differ, is not believed to finish those before.</param>
    /// <param name="completeFrom">Ticks before may have lost events with old hours that were deleted.</param>
    public IReadOnlyList<(DateTimeOffset Time, int Missing, int Size)> FindIncomplete(DateTimeOffset now, DateTimeOffset completeFrom)
    {
        Flush();
        var newest = DateTimeOffset.MinValue;
        var newestComplete = DateTimeOffset.MinValue;
        foreach (var (tick, tally) in _ticks)
        {
            if (tick.Time <= now + TickLedger.Grace)
            {
                newest = tick.Time > newest ? tick.Time : newest;
                newestComplete = tally.Missing == 0 && tick.Time > newestComplete ? tick.Time : newestComplete;
            }
        }

        return
        [
            .. from tick in _ticks
               let missing = tick.Value.Missing
               where missing > 0 && tick.Key.Time >= completeFrom && (tick.Key.Time < newestComplete || newest - tick.Key.Time > TickLedger.Grace)
               orderby tick.Key.Time descending, tick.Key.Size descending
               select (tick.Key.Time, missing, tick.Key.Size),
        ];
    }

    /// <summary>Forgets the complete ticks that are too old for anything to come.</summary>
    public void Forget(DateTimeOffset now)
    {
        Flush();
        foreach (var (tick, tally) in _ticks)
        {
            if (tally.Missing == 0 && now - tick.Time > Remembered)
            {
                _ticks.Remove(tick);
            }
        }
    }

    private void Flush()
    {
        if (_events == 0)
        {
            return;
        }

        if (!_ticks.TryGetValue(_tick, out var tally))
        {
            _ticks[_tick] = tally = new TickTally(_tick.Size);
        }

        tally.Add(_firstIndex, _events);
        _events = 0;
    }
}
