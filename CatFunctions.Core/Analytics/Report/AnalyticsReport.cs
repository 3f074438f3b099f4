using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>What the users did in a window, and the state of the pipeline.</summary>
/// <param name="Window">The window.</param>
/// <param name="GeneratedAt">The time of the answer, in UTC.</param>
/// <param name="From">
/// The first moment of the window, a whole minute in UTC: a window is whole minutes, the current one included. Null for all.
/// </param>
/// <param name="Totals">The sums over the window.</param>
/// <param name="Timeline">The sums over time.</param>
/// <param name="Leaderboards">The best photos.</param>
/// <param name="Breeds">The sums by breed, most viewed first, at most 100; photos without a known breed do not count.</param>
/// <param name="Health">The state of the pipeline, whatever the window.</param>
/// <param name="Limits">What is left out because memory is bounded, a sentence each; usually empty.</param>
public sealed record AnalyticsReport(
    AnalyticsWindow Window,
    DateTime GeneratedAt,
    DateTime? From,
    WindowTotals Totals,
    Timeline Timeline,
    Leaderboards Leaderboards,
    IReadOnlyList<BreedTotals> Breeds,
    PipelineHealth Health,
    IReadOnlyList<string> Limits)
{
    /// <summary>
    /// Identifies this content, for an ETag: letters and digits. It does not depend on what changes with time alone:
    /// <see cref="GeneratedAt"/>, <see cref="PipelineHealth.NewestEventAgeSeconds"/>, <see cref="PipelineHealth.LagSeconds"/>
    /// and the text of <see cref="PipelineHealth.Message"/>.
    /// </summary>
    [JsonIgnore]
    public string Tag { get; init; } = "";
}

/// <summary>The sums over a window.</summary>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
/// <param name="UniqueViewers">How many different users viewed a photo.</param>
/// <param name="UniqueViewersExact">Whether <paramref name="UniqueViewers"/> is counted, not estimated.</param>
public sealed record WindowTotals(long Views, long Likes, double LikeRate, long UniqueViewers, bool UniqueViewersExact);

/// <summary>The sums over time.</summary>
/// <param name="BucketSeconds">The length of each bucket, in seconds.</param>
/// <param name="Buckets">The buckets, oldest first, without gaps.</param>
public sealed record Timeline(int BucketSeconds, IReadOnlyList<TimelineBucket> Buckets);

/// <summary>The sums over one stretch of time.</summary>
/// <param name="Start">Its first moment, in UTC.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
public sealed record TimelineBucket(DateTime Start, long Views, long Likes);

/// <summary>The best photos of a window, best first. A photo whose score is 0 is not included.</summary>
/// <param name="MostViewed">By views.</param>
/// <param name="MostLiked">By likes.</param>
/// <param name="BestRated">By <see cref="WilsonScore"/> of likes among views.</param>
/// <param name="Trending">Those that are viewed far more than usual now, whatever the window, by <see cref="Trend"/>; none when no events arrive.</param>
public sealed record Leaderboards(
    IReadOnlyList<RankedPhoto> MostViewed,
    IReadOnlyList<RankedPhoto> MostLiked,
    IReadOnlyList<RankedPhoto> BestRated,
    IReadOnlyList<RankedPhoto> Trending);

/// <summary>A photo on a leaderboard. Its texts come from events: untrusted.</summary>
/// <param name="PhotoId">Its id.</param>
/// <param name="PhotoUrl">Where its image is, as the last recorded event says.</param>
/// <param name="Breed">The cat's breed, as the last recorded event says; null if unknown.</param>
/// <param name="Views">How often it was viewed in the window.</param>
/// <param name="Likes">How often it was liked in the window.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
/// <param name="Score">What it is ranked by.</param>
public sealed record RankedPhoto(
    string PhotoId, string PhotoUrl, string? Breed, long Views, long Likes, double LikeRate, double Score)
{
    /// <summary>On the trending board, the score in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>The sums over the photos of one breed.</summary>
/// <param name="Breed">The breed.</param>
/// <param name="Photos">How many photos of it were viewed or liked in the window.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
public sealed record BreedTotals(string Breed, int Photos, long Views, long Likes, double LikeRate);

/// <summary>The JSON of an <see cref="AnalyticsReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnalyticsReport))]
public sealed partial class AnalyticsJsonContext : JsonSerializerContext;
