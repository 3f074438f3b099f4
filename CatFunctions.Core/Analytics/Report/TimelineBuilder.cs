namespace CatFunctions.Core.Analytics.Report;

/// <summary>Draws the sums over time of a window.</summary>
internal static class TimelineBuilder
{
    /// <summary>How many buckets the chart of the whole log has at most.</summary>
    public const int MaxBuckets = 200;

    private const int MinutesPerHour = 60;
    private const int MinutesPerDay = 24 * MinutesPerHour;

    private static readonly int[] Widths =
        [1, 5, 15, MinutesPerHour, 3 * MinutesPerHour, 6 * MinutesPerHour, 12 * MinutesPerHour, MinutesPerDay];

    /// <summary>The timeline of a window: minute by minute up to an hour, five minutes each for 24 hours.</summary>
    public static Timeline Build(AnalyticsState analytics, AnalyticsWindow window) => window.MinutesOf() is { } minutes
        ? OfMinutes(analytics, analytics.Now - minutes + 1, analytics.Now, window == AnalyticsWindow.Day ? 5 : 1)
        : OfAll(analytics);

    /// <summary>From the first to the newest event, in buckets as fine as <see cref="MaxBuckets"/> and what is known allow.</summary>
    private static Timeline OfAll(AnalyticsState analytics)
    {
        var hours = analytics.Hours.Keys.Where(hour => hour <= analytics.Now / MinutesPerHour).Order().ToArray();
        if (hours is [])
        {
            return new Timeline(MinutesPerHour, []);
        }

        var first = hours[0] * MinutesPerHour;
        if (first > analytics.Now - Minutes.Kept)
        {
            var seen = Enumerable.Range(0, (int)(analytics.Now - first) + 1)
                .Select(age => first + age)
                .Where(minute => analytics.MinuteOf(minute) is not null)
                .ToArray();
            return seen is [] ? new Timeline(MinutesPerHour, []) : OfMinutes(analytics, seen[0], seen[^1], WidthFor(seen[^1] - seen[0] + 1, 1));
        }

        var width = WidthFor((hours[^1] - hours[0] + 1) * MinutesPerHour, MinutesPerHour);
        return Sum(hours.Select(hour => (hour * MinutesPerHour, analytics.Hours[hour])), first, hours[^1] * MinutesPerHour, width);
    }

    private static Timeline OfMinutes(AnalyticsState analytics, long first, long last, int width)
    {
        var sums = Enumerable.Range(0, (int)(last - first) + 1)
            .Select(age => (first + age, analytics.MinuteOf(first + age)?.Total ?? default));
        return Sum(sums, first, last, width);
    }

    // Buckets begin at multiples of their width, so they keep their places while the window moves on.
    private static Timeline Sum(IEnumerable<(long Minute, Tally Tally)> sums, long first, long last, int width)
    {
        var buckets = new Tally[(last / width) - (first / width) + 1];
        foreach (var (minute, tally) in sums)
        {
            buckets[(minute / width) - (first / width)] += tally;
        }

        return new Timeline(
            width * 60,
            [.. buckets.Select((tally, i) => new TimelineBucket(Minutes.StartOf(((first / width) + i) * width), tally.Views, tally.Likes))]);
    }

    private static int WidthFor(long minutes, int finest)
    {
        // One bucket more than the length asks for, because the first one may begin before it.
        var width = Widths.FirstOrDefault(width => width >= finest && minutes / width < MaxBuckets - 1);
        return width > 0 ? width : (int)((minutes / MinutesPerDay / (MaxBuckets - 2)) + 1) * MinutesPerDay;
    }
}
