namespace CatFunctions.Core.Analytics.Report;

/// <summary>Draws the sums over time.</summary>
internal static class TimelineBuilder
{
    /// <summary>How many buckets the chart of the whole log has at most.</summary>
    public const int MaxBuckets = 200;

    private const int MinutesPerDay = 24 * Minutes.PerHour;

    private static readonly int[] Widths =
        [1, 5, 15, Minutes.PerHour, 3 * Minutes.PerHour, 6 * Minutes.PerHour, 12 * Minutes.PerHour, MinutesPerDay];

    /// <summary>The timeline of a range: minute by minute up to two hours, else five minutes each.</summary>
    /// <param name="scope">The range.</param>
    /// <param name="previous">The period before; null if it is not known.</param>
    public static Timeline Build(AnalyticsScope scope, AnalyticsScope? previous = null) => scope.Range.First is { } first
        ? OfMinutes(scope, first, scope.Range.Last, WidthOf(scope.Range.Length!.Value), previous)
        : OfAll(scope);

    /// <summary>How many minutes each bucket of a range has.</summary>
    public static int WidthOf(int minutes) => minutes <= 2 * Minutes.PerHour ? 1 : 5;

    /// <summary>From the first to the newest event, in buckets as fine as <see cref="MaxBuckets"/> and what is known allow.</summary>
    private static Timeline OfAll(AnalyticsScope scope)
    {
        var hours = scope.Analytics.Hours.Keys.Where(hour => hour <= scope.Range.Last / Minutes.PerHour).Order().ToArray();
        if (hours is [])
        {
            return new Timeline(Minutes.PerHour, []);
        }

        var first = hours[0] * Minutes.PerHour;
        if (scope.IsOfBreed || first >= scope.FirstKept)
        {
            first = Math.Max(first, scope.FirstKept);
            var seen = Enumerable.Range(0, (int)(scope.Range.Last - first) + 1)
                .Select(age => first + age)
                .Where(minute => scope.Analytics.MinuteOf(minute) is not null)
                .ToArray();
            return seen is [] ? new Timeline(Minutes.PerHour, []) : OfMinutes(scope, seen[0], seen[^1], WidthFor(seen[^1] - seen[0] + 1, 1));
        }

        var width = WidthFor((hours[^1] - hours[0] + 1) * Minutes.PerHour, Minutes.PerHour);
        return Sum(hours.Select(hour => (hour * Minutes.PerHour, scope.Analytics.Hours[hour])), first, hours[^1] * Minutes.PerHour, width);
    }

    private static Timeline OfMinutes(AnalyticsScope scope, long first, long last, int width, AnalyticsScope? previous = null)
    {
        var timeline = Sum(Tallies(scope, first, last), first, last, width);
        if (previous is null)
        {
            return timeline;
        }

        var shift = scope.Range.Length!.Value;
        var before = Sum(
            Tallies(previous, first - shift, last - shift).Select(minute => (minute.Minute + shift, minute.Tally)), first, last, width);
        return timeline with
        {
            Buckets = [.. timeline.Buckets.Zip(before.Buckets, (bucket, old) => bucket with { PreviousViews = old.Views })],
        };
    }

    private static IEnumerable<(long Minute, Tally Tally)> Tallies(AnalyticsScope scope, long first, long last) =>
        Enumerable.Range(0, (int)(last - first) + 1).Select(age => (first + age, scope.TallyOf(first + age)));

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
