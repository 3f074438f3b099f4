namespace CatFunctions.Tests;

/// <summary>A clock that stands still until it is advanced, and reports when someone begins to wait.</summary>
internal sealed class WatchedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    /// <summary>Called with the time that someone begins to wait for.</summary>
    public Action<TimeSpan>? Waiting { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Waiting?.Invoke(dueTime);
        }

        return timer;
    }
}
