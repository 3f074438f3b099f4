using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>Builds the report of a window. The same log gives the same report: no order is left to chance.</summary>
internal static class ReportBuilder
{
    /// <summary>How many breeds a report lists.</summary>
    public const int MaxBreeds = 100;

    /// <param name="analytics">What the log adds up to, at the current minute.</param>
    /// <param name="window">The window.</param>
    /// <param name="top">The length of the leaderboards.</param>
    /// <param name="health">The state of the pipeline.</param>
    /// <param name="now">The current time.</param>
    public static AnalyticsReport Build(
        AnalyticsState analytics, AnalyticsWindow window, int top, PipelineHealth health, DateTimeOffset now)
    {
        var from = window.MinutesOf() is { } minutes ? analytics.Now - minutes + 1 : (long?)null;
        var photos = Standings(analytics, from);
        var sum = from is { } first ? SumSince(analytics, first) : analytics.Total;
        var rising = HealthBuilder.IsStale(analytics, now) ? [] : Trend.Scores(analytics, Minutes.Of(analytics.NewestEvent));
        var (breeds, breedCount) = ByBreed(analytics.Photos, photos);
        var report = new AnalyticsReport(
            window,
            now.UtcDateTime,
            from is { } minute ? Minutes.StartOf(minute) : null,
            new WindowTotals(sum.Views, sum.Likes, sum.LikeRate, analytics.Viewers.Count((int)(from ?? 0)), analytics.Viewers.IsExact),
            TimelineBuilder.Build(analytics, window),
            new Leaderboards(
                Rank(analytics.Photos, photos, top, photo => photo.Tally.Views),
                Rank(analytics.Photos, photos, top, photo => photo.Tally.Likes),
                Rank(analytics.Photos, photos, top, photo => WilsonScore.LowerBound(photo.Tally.Likes, photo.Tally.Views)),
                [.. Rank(analytics.Photos, photos, top, photo => rising.GetValueOrDefault(photo.Photo))
                    .Select(photo => photo with { Reason = Trend.Describe(photo.Score) })]),
            breeds,
            health,
            [.. analytics.Limits, .. BreedsLeftOut(breedCount)]);
        return report with { Tag = TagOf(report) };
    }

    /// <summary>The photos that were viewed or liked in the window.</summary>
    private static List<Standing> Standings(AnalyticsState analytics, long? from)
    {
        if (from is null)
        {
            return [.. Enumerable.Range(0, analytics.Photos.Count).Select(photo => new Standing(photo, analytics.Photos[photo].Total))];
        }

        var sums = new Dictionary<int, Tally>();
        for (var minute = from.Value; minute <= analytics.Now; minute++)
        {
            foreach (var (photo, tally) in analytics.MinuteOf(minute)?.Photos ?? [])
            {
                CollectionsMarshal.GetValueRefOrAddDefault(sums, photo, out _) += tally;
            }
        }

        return [.. sums.Select(sum => new Standing(sum.Key, sum.Value))];
    }

    private static Tally SumSince(AnalyticsState analytics, long first)
    {
        var sum = default(Tally);
        for (var minute = first; minute <= analytics.Now; minute++)
        {
            sum += analytics.MinuteOf(minute)?.Total ?? default;
        }

        return sum;
    }

    private static List<RankedPhoto> Rank(PhotoTable photos, List<Standing> standings, int top, Func<Standing, double> scoreOf)
    {
        // The worst of the best so far comes out first.
        var best = new PriorityQueue<(Standing Standing, double Score), (Standing Standing, double Score)>(
            Comparer<(Standing Standing, double Score)>.Create((left, right) => Compare(photos, left, right)));
        foreach (var standing in standings)
        {
            var ranked = (standing, Score: scoreOf(standing));
            if (ranked.Score > 0)
            {
                if (best.Count < top)
                {
                    best.Enqueue(ranked, ranked);
                }
                else
                {
                    best.EnqueueDequeue(ranked, ranked);
                }
            }
        }

        var board = new List<RankedPhoto>(best.Count);
        while (best.TryDequeue(out var ranked, out _))
        {
            board.Add(Describe(photos, ranked.Standing, ranked.Score));
        }

        board.Reverse();
        return board;
    }

    /// <summary>The better one is greater: by score, views, likes, and last by the smaller id.</summary>
    private static int Compare(PhotoTable photos, (Standing Standing, double Score) left, (Standing Standing, double Score) right)
    {
        var order = left.Score.CompareTo(right.Score);
        order = order != 0 ? order : left.Standing.Tally.Views.CompareTo(right.Standing.Tally.Views);
        order = order != 0 ? order : left.Standing.Tally.Likes.CompareTo(right.Standing.Tally.Likes);
        return order != 0 ? order : photos.IdOf(right.Standing.Photo).SequenceCompareTo(photos.IdOf(left.Standing.Photo));
    }

    private static RankedPhoto Describe(PhotoTable photos, Standing standing, double score)
    {
        var photo = photos[standing.Photo];
        return new RankedPhoto(
            Encoding.UTF8.GetString(photos.IdOf(standing.Photo)),
            Encoding.UTF8.GetString(photo.Url),
            photo.Breed is { } breed ? Encoding.UTF8.GetString(photos.BreedOf(breed)) : null,
            standing.Tally.Views,
            standing.Tally.Likes,
            standing.Tally.LikeRate,
            score);
    }

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
        seen.Sort((left, right) =>
        {
            var order = sums[right].Tally.Views.CompareTo(sums[left].Tally.Views);
            order = order != 0 ? order : sums[right].Tally.Likes.CompareTo(sums[left].Tally.Likes);
            return order != 0 ? order : photos.BreedOf(left).SequenceCompareTo(photos.BreedOf(right));
        });
        var mostViewed = seen.Take(MaxBreeds).Select(breed => new BreedTotals(
            Encoding.UTF8.GetString(photos.BreedOf(breed)),
            sums[breed].Photos,
            sums[breed].Tally.Views,
            sums[breed].Tally.Likes,
            sums[breed].Tally.LikeRate));
        return ([.. mostViewed], seen.Count);
    }

    private static IEnumerable<string> BreedsLeftOut(int breeds) => breeds > MaxBreeds
        ? [string.Create(CultureInfo.InvariantCulture, $"Of {breeds:N0} breeds, the {MaxBreeds} most viewed are listed.")]
        : [];

    private static string TagOf(AnalyticsReport report)
    {
        var timeless = report with
        {
            GeneratedAt = default,
            Health = report.Health with { NewestEventAgeSeconds = null, LagSeconds = null, Message = "" },
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(timeless, AnalyticsJsonContext.Default.AnalyticsReport);
        return Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8));
    }

    private readonly record struct Standing(int Photo, Tally Tally);
}
