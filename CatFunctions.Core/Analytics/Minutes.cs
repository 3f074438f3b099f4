namespace CatFunctions.Core.Analytics;

/// <summary>Event time in whole minutes, counted from the year 1: the grain of all windows.</summary>
internal static class Minutes
{
    /// <summary>How many are kept minute by minute: the longest window that is not the whole log.</summary>
    public const int Kept = 24 * 60;

    /// <summary>The minute that a time belongs to.</summary>
    public static long Of(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMinute;

    /// <summary>Its first moment, in UTC.</summary>
    public static DateTime StartOf(long minute) => new(minute * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
}
