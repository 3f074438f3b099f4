using System.Text;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>Some of the photos of a window, in an order.</summary>
/// <param name="Total">How many photos there are, without <c>skip</c> and <c>top</c>.</param>
/// <param name="Photos">Those of them that were asked for.</param>
public sealed record PhotoList(int Total, IReadOnlyList<RankedPhoto> Photos)
{
    /// <summary>Whether everything of the window was read.</summary>
    public bool IsRead { get; init; }
}

/// <summary>What a list of photos is ordered by.</summary>
public enum PhotoOrder
{
    /// <summary>Most viewed first.</summary>
    Views,

    /// <summary>Most liked first.</summary>
    Likes,

    /// <summary>Best rated first, by the lower end of the interval of the like rate.</summary>
    Rate,

    /// <summary>What is viewed more than its usual now, first.</summary>
    Trend,

    /// <summary>By breed and id.</summary>
    Name,
}

/// <summary>A photo in a window. Its texts come from events: untrusted.</summary>
/// <param name="PhotoId">Its id.</param>
/// <param name="PhotoUrl">Where its image is, as the last recorded event says.</param>
/// <param name="Breed">The cat's breed, as the last recorded event says; null if unknown.</param>
/// <param name="Views">How often it was viewed in the window.</param>
/// <param name="Likes">How often it was liked in the window.</param>
/// <param name="Viewers">How many different users viewed it; of all of the log, in the last 48 hours.</param>
/// <param name="ViewersExact">Whether <paramref name="Viewers"/> is counted, not estimated.</param>
/// <param name="Rank">Its rank by views, from 1; null without views.</param>
/// <param name="Of">How many photos were viewed or liked.</param>
/// <param name="AllViews">How often it was viewed in all of the log.</param>
/// <param name="AllLikes">How often it was liked in all of the log.</param>
/// <param name="Timeline">Its views and likes over time; of all of the log, in the last 48 hours.</param>
public sealed record PhotoReport(
    string PhotoId,
    string PhotoUrl,
    string? Breed,
    long Views,
    long Likes,
    long Viewers,
    bool ViewersExact,
    int? Rank,
    int Of,
    long AllViews,
    long AllLikes,
    PhotoTimeline Timeline)
{
    /// <summary>Likes per view; 0 without views.</summary>
    public double LikeRate => new Tally(Views, Likes).LikeRate;

    /// <summary>The lower end of the two-sided 95 % interval of the like rate, by <see cref="WilsonScore"/>.</summary>
    public double LikeRateLow => WilsonScore.Interval(Likes, Views).Low;

    /// <summary>Its upper end.</summary>
    public double LikeRateHigh => WilsonScore.Interval(Likes, Views).High;

    /// <summary>Whether everything of the window was read.</summary>
    public bool IsRead { get; init; }
}

/// <summary>The views and likes of a photo over time.</summary>
/// <param name="BucketSeconds">The length of each bucket, in seconds.</param>
/// <param name="Buckets">The buckets, oldest first, without gaps.</param>
public sealed record PhotoTimeline(int BucketSeconds, IReadOnlyList<PhotoBucket> Buckets);

/// <summary>The views and likes of a photo in one stretch of time.</summary>
/// <param name="Start">Its first moment, in UTC.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="Rank">Its rank by the views of that time, from 1; null without views.</param>
public sealed record PhotoBucket(DateTime Start, long Views, long Likes, int? Rank);

/// <summary>How the views of the most viewed photos of a range have grown.</summary>
/// <param name="From">The first moment of the range, in UTC.</param>
/// <param name="To">Its end, exclusive, in UTC.</param>
/// <param name="StepSeconds">The time of each step, in seconds.</param>
/// <param name="Photos">The photos, most viewed at the end first.</param>
public sealed record Race(DateTime From, DateTime To, int StepSeconds, IReadOnlyList<Racer> Photos)
{
    /// <summary>Whether everything of the range was read.</summary>
    public bool IsRead { get; init; }
}

/// <summary>A photo in a race. Its texts come from events: untrusted.</summary>
/// <param name="PhotoId">Its id.</param>
/// <param name="PhotoUrl">Where its image is.</param>
/// <param name="Breed">The cat's breed; null if unknown.</param>
/// <param name="Views">How often it was viewed from the start of the range to the end of each step.</param>
public sealed record Racer(string PhotoId, string PhotoUrl, string? Breed, IReadOnlyList<long> Views);

/// <summary>Builds what is told of single photos.</summary>
internal static class PhotoReports
{
    /// <summary>Some of the photos of a range.</summary>
    /// <param name="scope">The range.</param>
    /// <param name="log">What is known of the log.</param>
    /// <param name="order">In which order.</param>
    /// <param name="search">Only those in whose id or breed this is; null: all.</param>
    /// <param name="skip">How many to leave out.</param>
    /// <param name="top">How many to list at most.</param>
    public static PhotoList List(AnalyticsScope scope, LogCoverage log, PhotoOrder order, string? search, int skip, int top)
    {
        var photos = scope.Photos;
        var rising = order == PhotoOrder.Trend ? Trend.Scores(scope.Analytics, log) : [];
        var ranking = new Ranking(photos, order switch
        {
            PhotoOrder.Likes => Ranking.ByLikes,
            PhotoOrder.Rate => Ranking.ByRate,
            PhotoOrder.Trend => photo => rising.GetValueOrDefault(photo.Photo),
            _ => Ranking.ByViews,
        });
        var standings = scope.Standings();
        var found = standings;
        if (search is not null)
        {
            found = standings.FindAll(photo => NameOf(photos, photo.Photo).Contains(search, StringComparison.OrdinalIgnoreCase));
        }

        // What is skipped, and what is behind, need not be in order.
        var ordered = order == PhotoOrder.Name
            ? found.OrderBy(photo => NameOf(photos, photo.Photo), StringComparer.OrdinalIgnoreCase)
            : found.OrderDescending(Comparer<Standing>.Create(ranking.Compare));
        List<Standing> listed = [.. ordered.Skip(skip).Take(top)];
        var before = scope.Previous() is { } previous && log.Covers(previous.Range) && top <= AnalyticsService.MaxTop ? previous.Standings() : null;
        return new PhotoList(found.Count, [.. ranking.Describe(listed, before).Zip(listed, (photo, standing) => photo with
        {
            Reason = rising.TryGetValue(standing.Photo, out var score) ? Trend.Describe(score) : null,
        })])
        {
            IsRead = log.IsRead(scope.Range),
        };
    }

    /// <summary>A photo in a range; null if there is none of this id in the log.</summary>
    /// <param name="scope">The range.</param>
    /// <param name="log">What is known of the log.</param>
    /// <param name="whole">What all of the log adds up to.</param>
    /// <param name="id">The photo's id.</param>
    public static PhotoReport? Of(AnalyticsScope scope, LogCoverage log, AnalyticsState whole, string id)
    {
        var utf8 = Encoding.UTF8.GetBytes(id);
        if (whole.Photos.Find(utf8) is not { } known)
        {
            return null;
        }

        // A range of the past has numbers of its own, and may not have the photo.
        var photo = scope.Photos.Find(utf8) ?? -1;
        var standings = scope.Standings();
        var tally = standings.Find(standing => standing.Photo == photo).Tally;
        var (_, url, breed) = whole.Photos.TextsOf(known);
        var all = whole.Photos[known].Total;
        return new PhotoReport(
            id,
            url,
            breed,
            tally.Views,
            tally.Likes,
            scope.Count(isLike: false, other => other == photo),
            scope.Analytics.Users.IsExact && (scope.Range.First is not null || log.Oldest >= scope.FirstKept),
            new Ranking(scope.Photos, Ranking.ByViews).RankOf(photo, standings),
            standings.Count,
            all.Views,
            all.Likes,
            TimelineOf(scope, log, photo))
        {
            IsRead = log.IsRead(scope.Range),
        };
    }

    /// <summary>The race of a range.</summary>
    public static Race RaceOf(AnalyticsScope scope, LogCoverage log, int top)
    {
        var first = scope.Range.First!.Value;
        var step = TimelineBuilder.WidthOf(scope.Range.Length!.Value);
        var best = new Ranking(scope.Photos, Ranking.ByViews).Top(scope.Standings(), top);
        var views = best.ConvertAll(_ => new List<long>());
        var sums = new long[best.Count];
        for (var minute = first; minute <= scope.Range.Last; minute++)
        {
            var photos = scope.Analytics.MinuteOf(minute)?.Photos;
            var isLast = (minute - first) % step == step - 1 || minute == scope.Range.Last;
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += photos is not null && photos.TryGetValue(best[i].Photo, out var tally) ? tally.Views : 0;
                if (isLast)
                {
                    views[i].Add(sums[i]);
                }
            }
        }

        return new Race(
            Minutes.StartOf(first),
            Minutes.StartOf(scope.Range.Last + 1),
            step * 60,
            [.. best.Zip(views, (photo, steps) =>
            {
                var (id, url, breed) = scope.Photos.TextsOf(photo.Photo);
                return new Racer(id, url, breed, steps);
            })])
        {
            IsRead = log.IsRead(scope.Range),
        };
    }

    private static PhotoTimeline TimelineOf(AnalyticsScope scope, LogCoverage log, int photo)
    {
        var last = scope.Range.Last;
        var first = scope.Range.First ?? Math.Max(scope.FirstKept, log.Oldest ?? last);
        var width = scope.Range.First is null ? 15 : TimelineBuilder.WidthOf(scope.Range.Length!.Value);
        var ranking = new Ranking(scope.Photos, Ranking.ByViews);
        var buckets = new List<PhotoBucket>();
        for (var bucket = first / width; bucket <= last / width; bucket++)
        {
            var sums = new Dictionary<int, Tally>();
            for (var minute = Math.Max(first, bucket * width); minute < (bucket + 1) * width && minute <= last; minute++)
            {
                scope.Add(minute, sums);
            }

            var tally = sums.GetValueOrDefault(photo);
            buckets.Add(new PhotoBucket(
                Minutes.StartOf(bucket * width),
                tally.Views,
                tally.Likes,
                tally.Views == 0 ? null : ranking.RankOf(photo, [.. sums.Select(sum => new Standing(sum.Key, sum.Value))])));
        }

        return new PhotoTimeline(width * 60, buckets);
    }

    private static string NameOf(PhotoTable photos, int photo)
    {
        var breed = photos[photo].Breed is { } number ? Encoding.UTF8.GetString(photos.BreedOf(number)) : "";
        return $"{breed}\n{Encoding.UTF8.GetString(photos.IdOf(photo))}";
    }
}
