namespace CatFunctions.Core.Ticks;

/// <summary>A set of ticks. Those on a whole second, as all schedules make them, cost a bit or a few.</summary>
internal sealed class TickSet
{
    // One bit per second of a minute.
    private readonly Dictionary<long, ulong> _minutes = [];
    private readonly HashSet<DateTimeOffset> _others = [];

    /// <summary>How many it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a tick that it does not hold.</summary>
    public void Add(DateTimeOffset tick)
    {
        Count++;
        if (tick.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            _others.Add(tick);
            return;
        }

        var (minute, second) = Split(tick);
        _minutes[minute] = _minutes.GetValueOrDefault(minute) | second;
    }

    /// <summary>Whether it holds a tick.</summary>
    public bool Contains(DateTimeOffset tick)
    {
        var (minute, second) = Split(tick);
        return tick.Ticks % TimeSpan.TicksPerSecond != 0
            ? _others.Contains(tick)
            : _minutes.TryGetValue(minute, out var seconds) && (seconds & second) != 0;
    }

    private static (long Minute, ulong Second) Split(DateTimeOffset tick) =>
        (tick.UtcTicks / TimeSpan.TicksPerMinute, 1UL << tick.Second);
}
