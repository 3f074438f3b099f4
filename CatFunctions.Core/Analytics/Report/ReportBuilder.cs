using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>Builds a report. The same log gives the same report: no order is left to chance.</summary>
internal static class ReportBuilder
{
    /// <summary>How many breeds a report lists.</summary>
    public const int MaxBreeds = 100;

    /// <summary>How many of the newest events a report lists.</summary>
    public const int MaxRecent = 30;

    /// <param name="analytics">What the log adds up to, or the part of it that the query is about.</param>
    /// <param name="log">What is known of the log.</param>
    /// <param name="query">What to report on.</param>
    /// <param name="health">The state of the pipeline.</param>
    /// <param name="now">The current time.</param>
    public static AnalyticsReport Build(
        AnalyticsState analytics, LogCoverage log, AnalyticsQuery query, PipelineHealth health, DateTimeOffset now)
    {
        var range = query.RangeAt(analytics.Now, now);
        var scope = new AnalyticsScope(analytics, range, query.Breed);
        var standings = scope.Standings();
        var sum = scope.Sum();
        var (viewers, isExact) = scope.Viewers();
        var previous = scope.Previous() is { } before && log.Covers(before.Range) ? before : null;
        var previousStandings = previous?.Standings();
        var (breeds, breedCount) = ByBreed(analytics.Photos, standings);
        var timeline = TimelineBuilder.Build(scope, previous);
        var report = new AnalyticsReport(
            query.Window,
            now.UtcDateTime,
            range.Start,
            new WindowTotals(sum.Views, sum.Likes, sum.LikeRate, viewers, isExact) { UniqueLikers = scope.Likers() },
            timeline,
            new Leaderboards(
                new Ranking(analytics.Photos, Ranking.ByViews).Best(standings, query.Top, previousStandings),
                new Ranking(analytics.Photos, Ranking.ByLikes).Best(standings, query.Top, previousStandings),
                new Ranking(analytics.Photos, Ranking.ByRate).Best(standings, query.Top, previousStandings),
                Rising(scope, log, standings, query, health)),
            breeds,
            health,
            [.. analytics.Limits, .. LeftOut(scope, breedCount)])
        {
            To = range.End,
            IsRead = log.IsRead(range),
            IsExact = range.Skipped == 0 || analytics.MinuteOf(range.First!.Value) is null,
            Since = range.First is { } start && log.IsRead(range) && log.Oldest is { } oldest && oldest > start ? Minutes.StartOf(oldest) : null,
            Previous = previous is null ? null : Describe(previous),
            BreedCount = breedCount,
            Recent = [.. Recent(scope)],
        };
        if (report.IsRead)
        {
            report = report with { Timeline = timeline with { Marks = TimelineMarks.Of(scope, timeline, log, health.MissingTicks) } };
        }

        return report with { Tag = TagOf(report) };
    }

    /// <summary>What is trending now; nothing in a range of the past, and nothing when no events arrive.</summary>
    private static List<RankedPhoto> Rising(
        AnalyticsScope scope, LogCoverage log, List<Standing> standings, AnalyticsQuery query, PipelineHealth health)
    {
        if (query.Window is null || health.IsSilent)
        {
            return [];
        }

        var rising = Trend.Scores(scope.Analytics, log);
        return [.. new Ranking(scope.Photos, photo => rising.GetValueOrDefault(photo.Photo)).Best(standings, query.Top)
            .Select(photo => photo with { Reason = Trend.Describe(photo.Score) })];
    }

    private static PreviousTotals Describe(AnalyticsScope previous)
    {
        var sum = previous.Sum();
        return new PreviousTotals(
            previous.Range.Start!.Value,
            previous.Range.End,
            sum.Views,
            sum.Likes,
            sum.LikeRate,
            previous.Viewers().Count);
    }

    private static IEnumerable<RecentEvent> Recent(AnalyticsScope scope) => scope.Analytics.Recent.NewestFirst
        .Where(entry => scope.Includes(entry.Photo!.Value) && scope.Range.Contains(Minutes.Of(entry.Time)))
        .Take(MaxRecent)
        .Select(entry =>
        {
            var (id, url, breed) = scope.Photos.TextsOf(entry.Photo!.Value);
            return new RecentEvent(entry.IsLike ? "like" : "view", id, url, breed, entry.Time.UtcDateTime);
        });

    private static (List<BreedTotals> MostViewed, int Count) ByBreed(PhotoTable photos, List<Standing> standings)
    {
        var sums = new (int Photos, Tally Tally)[photos.BreedCount];
        foreach (var standing in standings)
        {
            if (photos[standing.Photo].Breed is { } breed)
            {
                sums[breed] = (sums[breed].Photos + 1, sums[breed].Tally + standing.Tally);
            }
        }

        var seen = Enumerable.Range(0, sums.Length).Where(breed => sums[breed].Photos > 0).ToList();
        var mostViewedFirst = Comparer<int>.Create((left, right) =>
        {
            var order = sums[right].Tally.Views.CompareTo(sums[left].Tally.Views);
            order = order != 0 ? order : sums[right].Tally.Likes.CompareTo(sums[left].Tally.Likes);
            return order != 0 ? order : photos.BreedOf(left).SequenceCompareTo(photos.BreedOf(right));
        });
        var mostViewed = seen.Order(mostViewedFirst).Take(MaxBreeds).Select(breed => new BreedTotals(
            Encoding.UTF8.GetString(photos.BreedOf(breed)),
            sums[breed].Photos,
            sums[breed].Tally.Views,
            sums[breed].Tally.Likes,
            sums[breed].Tally.LikeRate));
        return ([.. mostViewed], seen.Count);
    }

    private static IEnumerable<string> LeftOut(AnalyticsScope scope, int breeds)
    {
        if (breeds > MaxBreeds)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Of {breeds:N0} breeds, the {MaxBreeds} most viewed are listed.");
        }

        if (scope is { IsOfBreed: true, Range.First: null } && Minutes.Of(scope.Analytics.OldestEvent) < scope.FirstKept)
        {
            yield return $"Of one breed, the timeline and the users are those of the last {Minutes.Kept / Minutes.PerHour} hours.";
        }
    }

    private static string TagOf(AnalyticsReport report)
    {
        var timeless = report with
        {
            GeneratedAt = default,
            From = null,
            Previous = report.Previous is { } previous ? previous with { From = default, To = default } : null,
            Health = report.Health with
            {
                NewestEventAgeSeconds = null,
                LagSeconds = null,
                Message = "",
                Faults = [.. report.Health.Faults.Select(fault => fault with { Text = "" })],
            },
        };
        return XxHash3.HashToUInt64(timeless.ToJson()).ToString("x16", CultureInfo.InvariantCulture);
    }
}
