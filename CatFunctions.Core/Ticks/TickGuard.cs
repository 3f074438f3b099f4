namespace CatFunctions.Core.Ticks;

/// <summary>
/// Lets a tick pass only if it is later than all before it. A timer may fire twice for one tick, when it is late by
/// nearly the whole interval or is started by hand, and the events of the second time would have the ids of the first.
/// </summary>
public sealed class TickGuard
{
    private readonly Lock _lock = new();
    private DateTimeOffset _latest;

    /// <summary>Whether the tick is later than all that have passed; then it has passed too.</summary>
    public bool TryPass(Tick tick)
    {
        lock (_lock)
        {
            if (tick.ScheduledTime <= _latest)
            {
                return false;
            }

            _latest = tick.ScheduledTime;
            return true;
        }
    }
}
