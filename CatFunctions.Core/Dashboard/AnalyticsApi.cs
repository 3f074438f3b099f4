using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Core.Dashboard;

/// <summary>
/// The JSON behind the page, and the same as CSV; <c>openapi.json</c> describes it. A wrong parameter is answered with 400 and
/// problem details (RFC 9457), a log that cannot be read with 503.
/// </summary>
public sealed partial class AnalyticsApi(
    AnalyticsService analytics, TimeProvider clock, ILogger<AnalyticsApi> logger, IHostApplicationLifetime? lifetime = null)
{
    // The routes. Both hosts put api/ before them.
    public const string AnalyticsRoute = "analytics";
    public const string PhotosRoute = "photos";
    public const string PhotoRoute = "photos/{id}";
    public const string RaceRoute = "race";
    public const string DescriptionRoute = "openapi.json";

    private const string Json = "application/json; charset=utf-8";
    private const int MaxWaitSeconds = 25;
    private const int MaxRows = 200_000;

    private static readonly ImmutableArray<string> Formats = ["json", "csv"];
    private static readonly ImmutableArray<string> Orders = ["views", "likes", "rate", "trend", "name"];

    private static readonly Lazy<Answer> Description = new(() => new Answer(DashboardAssets.ReadResource(DescriptionRoute), Json));

    // Whoever asks for the same report gets the same bytes.
    private readonly ConditionalWeakTable<AnalyticsReport, Answer> _answers = [];

    /// <summary>
    /// An <see cref="AnalyticsReport"/>, or its timeline as CSV. With <c>after</c>, the tag of a report, and <c>wait</c>, in seconds, it is
    /// sent as soon as it is another one, else 304.
    /// </summary>
    public Task<IResult> GetAnalyticsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var parameters = Parameters(request, "window", "from", "to", "top", "breed", "after", "wait", "format");
        var query = parameters.Query() with { Top = parameters.Number("top", 10, 1, AnalyticsService.MaxTop) };
        var wait = parameters.Number("wait", 0, 0, MaxWaitSeconds);
        var after = parameters.ShortText("after");
        var isCsv = parameters.Choice("format", Formats) == 1;
        return AnswerAsync(request, parameters, async () =>
        {
            if (await ReportAsync(query, after, wait, cancellationToken) is not { } report)
            {
                request.HttpContext.Response.Headers.ETag = $"W/\"{after}\"";
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
            }

            return isCsv && !report.IsRead ? Unread()
                : isCsv ? CsvOf(request, ["start", "views", "likes", "previousViews"], report.Timeline.Buckets.Select(bucket => (object?[])
                    [bucket.Start, bucket.Views, bucket.Likes, bucket.PreviousViews]))
                : _answers.GetValue(report, report => new Answer(report.ToJson(), Json, report.Tag)).To(request);
        });
    }

    /// <summary>A <see cref="PhotoList"/>.</summary>
    public Task<IResult> GetPhotosAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var parameters = Parameters(request, "window", "from", "to", "breed", "search", "sort", "skip", "top", "format");
        var query = parameters.Query();
        var isCsv = parameters.Choice("format", Formats) == 1;
        var top = parameters.Number("top", 50, 1, AnalyticsService.MaxTop);
        var order = (PhotoOrder)parameters.Choice("sort", Orders);
        var skip = parameters.Number("skip", 0, 0, MaxRows);
        var search = parameters.ShortText("search");
        return AnswerAsync(request, parameters, async () =>
        {
            var list = await AskAsync(
                query,
                (scope, log, _) => PhotoReports.List(scope, log, order, search, skip, isCsv && parameters.Text("top") is null ? MaxRows : top),
                cancellationToken);
            return isCsv && !list.IsRead ? Unread()
                : isCsv ? CsvOf(
                    request,
                    ["photoId", "breed", "views", "likes", "likeRate", "likeRateLow", "likeRateHigh", "photoUrl"],
                    list.Photos.Select(photo => (object?[])
                        [photo.PhotoId, photo.Breed, photo.Views, photo.Likes, photo.LikeRate, photo.LikeRateLow, photo.LikeRateHigh, photo.PhotoUrl]))
                : JsonOf(request, list, AnalyticsJsonContext.Default.PhotoList);
        });
    }

    /// <summary>A <see cref="PhotoReport"/>; 404 for a photo that is not in the log.</summary>
    public Task<IResult> GetPhotoAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var parameters = Parameters(request, "window", "from", "to");
        var query = parameters.Query();
        // A slash in an id is the one character that stays escaped in a path.
        var id = request.RouteValues["id"]?.ToString()?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) ?? "";
        return AnswerAsync(request, parameters, async () =>
        {
            var (photo, isWhole) = await AskAsync(
                query, (scope, log, whole) => (PhotoReports.Of(scope, log, whole, id), whole.ReadFrom == default), cancellationToken);
            return photo is not null ? JsonOf(request, photo, AnalyticsJsonContext.Default.PhotoReport)
                : !isWhole ? Unread()
                : TypedResults.Problem(
                    statusCode: StatusCodes.Status404NotFound,
                    title: "There is no such photo.",
                    detail: $"No event in the log is about the photo '{id}'.");
        });
    }

    /// <summary>A <see cref="Race"/>.</summary>
    public Task<IResult> GetRaceAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var parameters = Parameters(request, "from", "to", "top", "breed");
        var query = parameters.Query(mustBeRange: true);
        var top = parameters.Number("top", 10, 1, AnalyticsService.MaxTop);
        return AnswerAsync(request, parameters, async () => JsonOf(
            request,
            await AskAsync(query, (scope, log, _) => PhotoReports.RaceOf(scope, log, top), cancellationToken),
            AnalyticsJsonContext.Default.Race));
    }

    /// <summary>The OpenAPI description of all of these.</summary>
    public static IResult GetDescription(HttpRequest request)
    {
        DashboardHeaders.SetFor(request.HttpContext);
        return Description.Value.To(request);
    }

    private ApiParameters Parameters(HttpRequest request, params ImmutableArray<string> allowed) => new(request, clock.GetUtcNow(), allowed);

    /// <summary>The report; null if it is still the one that is known when the wait is over.</summary>
    private async Task<AnalyticsReport?> ReportAsync(AnalyticsQuery query, string? after, int wait, CancellationToken cancellationToken)
    {
        if (after is null || wait == 0)
        {
            var report = await analytics.GetAsync(query, cancellationToken);
            return report.Tag == after ? null : report;
        }

        // A host that stops does not wait for those who wait.
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, lifetime?.ApplicationStopping ?? CancellationToken.None);
        waited.CancelAfter(TimeSpan.FromSeconds(wait));
        try
        {
            return await analytics.GetNextAsync(query, after, waited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private Task<T> AskAsync<T>(
        AnalyticsQuery query, Func<AnalyticsScope, LogCoverage, AnalyticsState, T> question, CancellationToken cancellationToken) =>
        analytics.AskAsync(
            query,
            (state, log, whole) => question(new AnalyticsScope(state, query.RangeAt(whole.Now, clock.GetUtcNow()), query.Breed), log, whole),
            cancellationToken);

    private async Task<IResult> AnswerAsync(HttpRequest request, ApiParameters parameters, Func<Task<IResult>> answer)
    {
        DashboardHeaders.SetFor(request.HttpContext);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }

        try
        {
            return await answer();
        }
        catch (EventLogException exception)
        {
            LogUnreadable(exception);
            return TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The log cannot be read.",
                detail: "The log of this server says why. The next request tries again.");
        }
    }

    /// <summary>For an answer that cannot say that it covers a part only.</summary>
    private static ProblemHttpResult Unread() => TypedResults.Problem(
        statusCode: StatusCodes.Status503ServiceUnavailable,
        title: "The log is still being read.",
        detail: "This answer needs all of it. Ask again in a few seconds; /api/analytics says how far it is.");

    private static IResult JsonOf<T>(HttpRequest request, T value, JsonTypeInfo<T> type) =>
        new Answer(JsonSerializer.SerializeToUtf8Bytes(value, type), Json).To(request);

    private static IResult CsvOf(HttpRequest request, string[] header, IEnumerable<object?[]> rows) =>
        new Answer(Csv.Write(header, rows), "text/csv; charset=utf-8; header=present").To(request);

    [LoggerMessage(LogLevel.Error, "Cannot compute the analytics: the log cannot be read")]
    private partial void LogUnreadable(Exception exception);
}
