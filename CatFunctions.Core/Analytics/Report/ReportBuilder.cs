using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>Writes the report of a window. The same log gives the same report: every order is decided to the end.</summary>
internal static class ReportBuilder
{
    /// <summary>The report.</summary>
    /// <param name="analytics">What the log adds up to, at the current minute.</param>
    /// <param name="window">The window.</param>
    /// <param name="top">The length of the leaderboards.</param>
    /// <param name="health">How the pipeline is.</param>
    /// <param name="now">The current time.</param>
    public static AnalyticsReport Build(
        AnalyticsState analytics, AnalyticsWindow window, int top, PipelineHealth health, DateTimeOffset now)
    {
        var from = window.MinutesOf() is { } minutes ? analytics.Now - minutes + 1 : (long?)null;
        var photos = Standings(analytics, from);
        var sum = photos.Aggregate(default(Tally), (sum, photo) => sum + photo.Tally);
        var report = new AnalyticsReport(
            window,
            now.UtcDateTime,
            from is { } minute ? Minutes.StartOf(minute) : null,
            new WindowTotals(sum.Views, sum.Likes, sum.LikeRate, analytics.Viewers.Count((int)(from ?? 0)), analytics.Viewers.IsExact),
            TimelineBuilder.Build(analytics, window),
            new Leaderboards(
                Rank(photos, top, photo => photo.Tally.Views),
                Rank(photos, top, photo => photo.Tally.Likes),
                Rank(photos, top, photo => WilsonScore.LowerBound(photo.Tally.Likes, photo.Tally.Views)),
                Rank(photos, top, photo => photo.Trend)),
            ByBreed(photos),
            health);
        return report with { Tag = TagOf(report) };
    }

    /// <summary>The photos that were viewed or liked in the window.</summary>
    private static List<Standing> Standings(AnalyticsState analytics, long? from)
    {
        var tallies = new Tally[analytics.Photos.Count];
        var trends = new double[analytics.Photos.Count];
        for (var minute = from ?? (analytics.Now - Minutes.Kept + 1); minute <= analytics.Now; minute++)
        {
            if (analytics.MinuteOf(minute) is { } bucket)
            {
                var decay = Trend.Decay(analytics.Now - minute);
                foreach (var (photo, tally) in bucket.Photos)
                {
                    tallies[photo] += tally;
                    trends[photo] += (tally.Views + (Trend.LikeWeight * tally.Likes)) * decay;
                }
            }
        }

        var standings = new List<Standing>();
        for (var i = 0; i < tallies.Length; i++)
        {
            var photo = analytics.Photos[i];
            var tally = from is null ? photo.Total : tallies[i];
            if (!tally.IsZero)
            {
                standings.Add(new Standing(Encoding.UTF8.GetString(analytics.Photos.IdOf(i)), photo, tally, trends[i]));
            }
        }

        return standings;
    }

    private static List<RankedPhoto> Rank(List<Standing> photos, int top, Func<Standing, double> scoreOf) =>
    [
        .. photos
            .Select(photo => (Photo: photo, Score: scoreOf(photo)))
            .Where(ranked => ranked.Score > 0)
            .OrderByDescending(ranked => ranked.Score)
            .ThenByDescending(ranked => ranked.Photo.Tally.Views)
            .ThenByDescending(ranked => ranked.Photo.Tally.Likes)
            .ThenBy(ranked => ranked.Photo.Id, StringComparer.Ordinal)
            .Take(top)
            .Select(ranked => Describe(ranked.Photo, ranked.Score)),
    ];

    private static RankedPhoto Describe(Standing standing, double score) => new(
        standing.Id,
        Encoding.UTF8.GetString(standing.Photo.Url),
        standing.Photo.Breed.IsEmpty ? null : Encoding.UTF8.GetString(standing.Photo.Breed),
        standing.Tally.Views,
        standing.Tally.Likes,
        standing.Tally.LikeRate,
        score);

    private static List<BreedTotals> ByBreed(List<Standing> photos) =>
    [
        .. photos
            .Where(photo => !photo.Photo.Breed.IsEmpty)
            .GroupBy(photo => Encoding.UTF8.GetString(photo.Photo.Breed), photo => photo.Tally)
            .Select(breed => (Name: breed.Key, Photos: breed.Count(), Sum: breed.Aggregate((left, right) => left + right)))
            .Select(breed => new BreedTotals(breed.Name, breed.Photos, breed.Sum.Views, breed.Sum.Likes, breed.Sum.LikeRate))
            .OrderByDescending(breed => breed.Views)
            .ThenByDescending(breed => breed.Likes)
            .ThenBy(breed => breed.Breed, StringComparer.Ordinal),
    ];

    private static string TagOf(AnalyticsReport report)
    {
        var timeless = report with
        {
            GeneratedAt = default,
            Health = report.Health with { NewestEventAgeSeconds = null, Message = "" },
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(timeless, AnalyticsJsonContext.Default.AnalyticsReport);
        return Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8));
    }

    private sealed record Standing(string Id, PhotoRecord Photo, Tally Tally, double Trend);
}
