namespace CatFunctions.Core.Ticks;

/// <summary>One firing of the timer, which stands for the interval that ends with it.</summary>
/// <param name="ScheduledTime">The time the timer was due, in UTC.</param>
/// <param name="Interval">The time since the tick before.</param>
public readonly record struct Tick(DateTimeOffset ScheduledTime, TimeSpan Interval)
{
    /// <summary>The start of the interval: the first moment at which one of its interactions can happen.</summary>
    public DateTimeOffset Start => ScheduledTime - Interval;
}
