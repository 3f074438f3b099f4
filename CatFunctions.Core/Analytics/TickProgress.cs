using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.Analytics;

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
    private (DateTimeOffset Time, int Size) _current;
    private TickTally? _currentTally;

    /// <summary>Counts an event.</summary>
    public void Add(in EventId id, int tickSize)
    {
        // The events of a tick come in a row.
        if (_currentTally is null || _current.Size != tickSize || _current.Time != id.Tick)
        {
            _current = (id.Tick, tickSize);
            if (!_ticks.TryGetValue(_current, out _currentTally))
            {
                _ticks[_current] = _currentTally = new TickTally(tickSize);
            }
        }

        _currentTally.TryAdd(id.Index);
    }

    /// <summary>Takes in all that another one has counted; that one must not be used any more.</summary>
    public void Merge(TickProgress other)
    {
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
    public IReadOnlyList<(DateTimeOffset Time, int Missing, int Size)> FindIncomplete(DateTimeOffset now)
    {
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
               where missing > 0 && (tick.Key.Time < newestComplete || newest - tick.Key.Time > TickLedger.Grace)
               orderby tick.Key.Time descending, tick.Key.Size descending
               select (tick.Key.Time, missing, tick.Key.Size),
        ];
    }

    /// <summary>Forgets the complete ticks that are too old for anything to come.</summary>
    public void Forget(DateTimeOffset now)
    {
        foreach (var (tick, tally) in _ticks)
        {
            if (tally.Missing == 0 && now - tick.Time > Remembered)
            {
                _ticks.Remove(tick);
            }
        }

        _currentTally = null;
    }
}
