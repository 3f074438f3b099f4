namespace CatFunctions.Core.Analytics.Report;

/// <summary>What to report on.</summary>
/// <param name="Window">The window; null if <see cref="From"/> and <see cref="To"/> are the range.</param>
public sealed record AnalyticsQuery(AnalyticsWindow? Window = AnalyticsWindow.Hour)
{
    /// <summary>The longest range that can be asked for.</summary>
    public static readonly TimeSpan MaxLength = TimeSpan.FromHours(24);

    /// <summary>The start of the range, rounded down to a whole minute.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>The end of the range, exclusive, rounded up to a whole minute.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The length of the leaderboards: 1 to <see cref="AnalyticsService.MaxTop"/>.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Only photos of this breed; null: all.</summary>
    public string? Breed { get; init; }

    /// <summary>The range: a window ends with the current second.</summary>
    /// <param name="minute">The newest minute that is known.</param>
    /// <param name="now">The current time.</param>
    internal MinuteRange RangeAt(long minute, DateTimeOffset now)
    {
        if (Window is not { } window)
        {
            return new MinuteRange(Minutes.Of(From), Math.Min(Minutes.Of(To.AddMinutes(1).AddTicks(-1)) - 1, minute));
        }

        if (window.MinutesOf() is not { } minutes)
        {
            return new MinuteRange(null, minute);
        }

        var seconds = Math.Clamp((now.UtcTicks / TimeSpan.TicksPerSecond) - (minute * 60) + 1, 1, 60);
        return seconds == 60 ? new MinuteRange(minute - minutes + 1, minute) : new MinuteRange(minute - minutes, minute, (int)seconds);
    }
}
