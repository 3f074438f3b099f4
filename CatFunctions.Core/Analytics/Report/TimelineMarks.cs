using System.Globalization;
using System.Text.Json.Serialization;
using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>A stretch of a timeline of which there is something to say.</summary>
/// <param name="From">Its first moment, in UTC.</param>
/// <param name="To">Its end, exclusive, in UTC.</param>
/// <param name="Kind">What is the matter.</param>
/// <param name="Text">The same in words.</param>
public sealed record TimelineMark(DateTime From, DateTime To, TimelineMarkKind Kind, string Text);

/// <summary>What is the matter with a stretch of a timeline.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimelineMarkKind>))]
public enum TimelineMarkKind
{
    /// <summary>No event happened for longer than the schedule explains.</summary>
    [JsonStringEnumMemberName("outage")]
    Outage,

    /// <summary>Events of ticks of that time are missing.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,
}

/// <summary>Finds what is to be said about a timeline.</summary>
internal static class TimelineMarks
{
    /// <summary>How many there are at most: the longest outages, and the newest ticks.</summary>
    public const int Max = 50;

    /// <param name="scope">What the timeline covers; outages are those of all photos.</param>
    /// <param name="timeline">The timeline.</param>
    /// <param name="log">What is known of the log.</param>
    /// <param name="missing">The ticks whose events are missing, oldest first.</param>
    public static IReadOnlyList<TimelineMark> Of(
        AnalyticsScope scope, Timeline timeline, LogCoverage log, IReadOnlyList<OpenTick> missing)
    {
        if (timeline.Buckets is [] || log.Oldest is not { } oldest)
        {
            return [];
        }

        var first = scope.Range.First ?? Minutes.Of(timeline.Buckets[0].Start);
        var last = Math.Min(scope.Range.Last, Minutes.Of(log.ReadUntil));
        var outages = first >= scope.FirstKept
            ? Gaps(Math.Max(first, oldest + 1), last, 1, minute => scope.Analytics.MinuteOf(minute) is not null)
            : Gaps(first / Minutes.PerHour, last / Minutes.PerHour, Minutes.PerHour, scope.Analytics.Hours.ContainsKey);
        var ticks = missing
            .Where(tick => Minutes.Of(tick.Time) >= first && Minutes.Of(tick.Time) <= scope.Range.Last)
            .GroupBy(tick => (Minutes.Of(tick.Time) * 60 / timeline.BucketSeconds, timeline.BucketSeconds))
            .TakeLast(Max)
            .Select(group => new TimelineMark(
                group.First().Time.UtcDateTime, group.Last().Time.UtcDateTime.AddSeconds(1), TimelineMarkKind.Missing, Describe(group.Sum(tick => (long)tick.Missing))));
        return [
            .. outages.Where(outage => outage.To - outage.From > log.Silence).OrderByDescending(outage => outage.To - outage.From).Take(Max)
                .Concat(ticks).OrderBy(mark => mark.From)];
    }

    /// <summary>The stretches without events.</summary>
    /// <param name="first">The first unit of time.</param>
    /// <param name="last">The last one, in which an event may still come.</param>
    /// <param name="minutes">The minutes of a unit.</param>
    /// <param name="hasEvents">Whether there were events in a unit of time.</param>
    private static IEnumerable<TimelineMark> Gaps(long first, long last, int minutes, Func<long, bool> hasEvents)
    {
        var start = first;
        for (var unit = first; unit <= last; unit++)
        {
            if (hasEvents(unit))
            {
                if (unit > start)
                {
                    yield return Gap(start, unit, minutes);
                }

                start = unit + 1;
            }
        }

        if (start < last)
        {
            yield return Gap(start, last, minutes);
        }
    }

    private static TimelineMark Gap(long first, long end, int minutes)
    {
        var length = (end - first) * minutes;
        var text = length % Minutes.PerHour == 0
            ? string.Create(CultureInfo.InvariantCulture, $"No event for {length / Minutes.PerHour} h")
            : string.Create(CultureInfo.InvariantCulture, $"No event for {length} min");
        return new TimelineMark(Minutes.StartOf(first * minutes), Minutes.StartOf(end * minutes), TimelineMarkKind.Outage, text);
    }

    private static string Describe(long missing) =>
        string.Create(CultureInfo.InvariantCulture, $"{missing:N0} event{(missing == 1 ? "" : "s")} missing");
}
