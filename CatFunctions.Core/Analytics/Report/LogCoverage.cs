namespace CatFunctions.Core.Analytics.Report;

/// <summary>What is known of the log.</summary>
/// <param name="CompleteFrom">From when on everything was read; the minimum if all of it was, the maximum if nothing was.</param>
/// <param name="ReadUntil">When its end was last reached: what is newer may be unread.</param>
/// <param name="Oldest">The minute of the first event; null without events.</param>
/// <param name="Silence">How long there may be no event.</param>
internal sealed record LogCoverage(DateTimeOffset CompleteFrom, DateTimeOffset ReadUntil, long? Oldest, TimeSpan Silence)
{
    /// <summary>How much was read of a range of the past, 0 to 1, while it is read; else null.</summary>
    public double? Progress { get; init; }

    public static LogCoverage Of(AnalyticsState analytics, DateTimeOffset readUntil) => new(
        analytics.ReadFrom,
        readUntil,
        analytics.OldestEvent < DateTimeOffset.MaxValue ? Minutes.Of(analytics.OldestEvent) : null,
        HealthBuilder.SilenceAt(analytics, readUntil));

    /// <summary>Whether everything of a range was read.</summary>
    public bool IsRead(MinuteRange range) =>
        CompleteFrom <= (range.First is { } first ? new DateTimeOffset(Minutes.StartOf(first)) : DateTimeOffset.MinValue);

    /// <summary>Whether the log begins before a range, and everything of the range was read.</summary>
    public bool Covers(MinuteRange range) => IsRead(range) && Oldest <= range.First;
}
