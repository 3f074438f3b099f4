using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>What the users did in a window, and the state of the pipeline.</summary>
/// <param name="Window">The window; null if a range was asked for.</param>
/// <param name="GeneratedAt">The time of the answer, in UTC.</param>
/// <param name="From">
/// The first moment of the window, in UTC; null for all. A window slides by the second: of the minute that it begins in, of which the
/// seconds are not known one by one, the share counts that is still in the window, rounded.
/// </param>
/// <param name="Totals">The sums over the window.</param>
/// <param name="Timeline">The sums over time.</param>
/// <param name="Leaderboards">The best photos.</param>
/// <param name="Breeds">The sums by breed, most viewed first, at most 100; photos without a known breed do not count.</param>
/// <param name="Health">The state of the pipeline, whatever the window.</param>
/// <param name="Limits">What is left out because memory is bounded, a sentence each; usually empty.</param>
public sealed record AnalyticsReport(
    AnalyticsWindow? Window,
    DateTime GeneratedAt,
    DateTime? From,
    WindowTotals Totals,
    Timeline Timeline,
    Leaderboards Leaderboards,
    IReadOnlyList<BreedTotals> Breeds,
    PipelineHealth Health,
    IReadOnlyList<string> Limits)
{
    /// <summary>The end of the window, exclusive, in UTC: the current minute counts to its end.</summary>
    public DateTime To { get; init; }

    /// <summary>The first minute of the log, in UTC, if that is later than <see cref="From"/>: the log is younger than the window; else null.</summary>
    public DateTime? Since { get; init; }

    /// <summary>
    /// Whether everything of the window was read. Until then the numbers grow by themselves, and what is not in them may be in the log.
    /// </summary>
    public bool IsRead { get; init; }

    /// <summary>Whether views and likes are counts: of a window that begins within a minute that has events, that minute counts by its share.</summary>
    public bool IsExact { get; init; }

    /// <summary>The same just before; null for all of the log, and where the log does not cover it whole.</summary>
    public PreviousTotals? Previous { get; init; }

    /// <summary>How many breeds were viewed or liked, those included that are not listed.</summary>
    public int BreedCount { get; init; }

    /// <summary>The newest events of the window, newest first, at most 30.</summary>
    public IReadOnlyList<RecentEvent> Recent { get; init; } = [];

    /// <summary>
    /// Identifies this content, for an ETag: letters and digits. It does not depend on what changes with time alone:
    /// <see cref="GeneratedAt"/>, <see cref="From"/>, <see cref="PipelineHealth.NewestEventAgeSeconds"/>, <see cref="PipelineHealth.LagSeconds"/>
    /// and the texts of <see cref="PipelineHealth.Message"/> and <see cref="PipelineHealth.Faults"/>.
    /// </summary>
    [JsonIgnore]
    public string Tag { get; init; } = "";

    /// <summary>The JSON of it in UTF-8, by the generated writer alone: what else the serializer prepares takes 0.1 s of a start.</summary>
    /// <param name="encoder">Escapes the texts; null: so that they can stand in HTML too.</param>
    public byte[] ToJson(JavaScriptEncoder? encoder = null)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = encoder }))
        {
            AnalyticsJsonContext.Default.Write(writer, this);
        }

        return json.WrittenSpan.ToArray();
    }
}

/// <summary>The sums over a window.</summary>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
/// <param name="UniqueViewers">How many different users viewed a photo.</param>
/// <param name="UniqueViewersExact">
/// Whether <paramref name="UniqueViewers"/> is counted user by user, not estimated from a sample; where <see cref="AnalyticsReport.IsExact"/>
/// is false, the users of the first minute count by its share.
/// </param>
public sealed record WindowTotals(long Views, long Likes, double LikeRate, long UniqueViewers, bool UniqueViewersExact)
{
    /// <summary>The lower end of the two-sided 95 % interval of the like rate, by <see cref="WilsonScore"/>.</summary>
    public double LikeRateLow => WilsonScore.Interval(Likes, Views).Low;

    /// <summary>Its upper end.</summary>
    public double LikeRateHigh => WilsonScore.Interval(Likes, Views).High;

    /// <summary>How many different users liked a photo: counted or estimated as <see cref="UniqueViewers"/> are.</summary>
    public long UniqueLikers { get; init; }

    /// <summary>Those who liked a photo per user who viewed one, at most 1; 0 without viewers. Who views again and again counts once.</summary>
    public double Conversion => UniqueViewers == 0 ? 0 : Math.Min(1, (double)UniqueLikers / UniqueViewers);
}

/// <summary>The sums over the period of the same length just before a window.</summary>
/// <param name="From">Its first moment, in UTC.</param>
/// <param name="To">Its end, exclusive, in UTC.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
/// <param name="UniqueViewers">How many different users viewed a photo; estimated from a sample of users where they are many.</param>
public sealed record PreviousTotals(DateTime From, DateTime To, long Views, long Likes, double LikeRate, long UniqueViewers);

/// <summary>The sums over time.</summary>
/// <param name="BucketSeconds">The length of each bucket, in seconds.</param>
/// <param name="Buckets">The buckets, oldest first, without gaps. The first and the last one may be partly outside of the window.</param>
public sealed record Timeline(int BucketSeconds, IReadOnlyList<TimelineBucket> Buckets)
{
    /// <summary>What there is to say about parts of it, oldest first; nothing until the window was read.</summary>
    public IReadOnlyList<TimelineMark> Marks { get; init; } = [];
}

/// <summary>The sums over one stretch of time.</summary>
/// <param name="Start">Its first moment, in UTC.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
public sealed record TimelineBucket(DateTime Start, long Views, long Likes)
{
    /// <summary>How many views there were at that place of the period before; null if that is not known.</summary>
    public long? PreviousViews { get; init; }
}

/// <summary>The best photos of a window, best first. A photo whose score is 0 is not included.</summary>
/// <param name="MostViewed">By views.</param>
/// <param name="MostLiked">By likes.</param>
/// <param name="BestRated">By the lower end of the <see cref="WilsonScore"/> interval of likes among views.</param>
/// <param name="Trending">
/// Those that are viewed far more than usual now, whatever the window, by <see cref="Trend"/>; none when no events arrive, nor for a range.
/// </param>
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
    /// <summary>The lower end of the two-sided 95 % interval of the like rate, by <see cref="WilsonScore"/>.</summary>
    public double LikeRateLow => WilsonScore.Interval(Likes, Views).Low;

    /// <summary>Its upper end.</summary>
    public double LikeRateHigh => WilsonScore.Interval(Likes, Views).High;

    /// <summary>Its rank, from 1, in the period before; null if it had none, or that is not known.</summary>
    public int? PreviousRank { get; init; }

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

/// <summary>A view or a like. Its texts come from events: untrusted.</summary>
/// <param name="Type"><c>view</c> or <c>like</c>.</param>
/// <param name="PhotoId">The id of the photo.</param>
/// <param name="PhotoUrl">Where its image is.</param>
/// <param name="Breed">The cat's breed; null if unknown.</param>
/// <param name="Time">When it happened, in UTC.</param>
public sealed record RecentEvent(string Type, string PhotoId, string PhotoUrl, string? Breed, DateTime Time);

/// <summary>The JSON of an <see cref="AnalyticsReport"/> and of what is told of single photos.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnalyticsReport))]
[JsonSerializable(typeof(PhotoList))]
[JsonSerializable(typeof(PhotoReport))]
[JsonSerializable(typeof(Race))]
public sealed partial class AnalyticsJsonContext : JsonSerializerContext
{
    internal void Write(Utf8JsonWriter writer, AnalyticsReport report) => AnalyticsReportSerializeHandler(writer, report);
}
