using System.Globalization;
using System.Text.Json;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Core.Dashboard;

/// <summary>The JSON behind the page.</summary>
public sealed partial class AnalyticsEndpoint(AnalyticsService analytics, ILogger<AnalyticsEndpoint> logger)
{
    /// <summary>Its route. Both hosts put <c>api/</c> before it.</summary>
    public const string Route = "analytics";

    private const string DefaultWindow = "1h";
    private const string DefaultTop = "10";

    /// <summary>
    /// Answers <c>?window=1h&amp;top=10</c> with an <see cref="AnalyticsReport"/>, with 304 when it is the one that the
    /// client has, with 400 and problem details (RFC 9457) when a parameter is wrong, with 503 when the log cannot be read.
    /// </summary>
    public async Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        DashboardHeaders.SetFor(request.HttpContext);
        var errors = new Dictionary<string, string[]>();

        var windowText = ValueOf(request, "window", DefaultWindow);
        if (!AnalyticsWindows.TryParse(windowText, out var window))
        {
            errors["window"] = [$"'{windowText}' is not one of {string.Join(", ", AnalyticsWindows.Names)}."];
        }

        var topText = ValueOf(request, "top", DefaultTop);
        if (!int.TryParse(topText, NumberStyles.None, CultureInfo.InvariantCulture, out var top)
            || top is < 1 or > AnalyticsService.MaxTop)
        {
            errors["top"] = [$"'{topText}' is not a whole number from 1 to {AnalyticsService.MaxTop}."];
        }

        return errors.Count == 0
            ? await ReportAsync(request, window, top, cancellationToken)
            : TypedResults.ValidationProblem(
                errors,
                title: "A parameter is wrong.",
                detail: string.Join(' ', errors.Select(error => $"{error.Key}: {error.Value[0]}")));
    }

    private async Task<IResult> ReportAsync(HttpRequest request, AnalyticsWindow window, int top, CancellationToken cancellationToken)
    {
        try
        {
            var report = await analytics.GetAsync(window, top, cancellationToken);
            return new Answer(
                JsonSerializer.SerializeToUtf8Bytes(report, AnalyticsJsonContext.Default.AnalyticsReport),
                "application/json; charset=utf-8",
                report.Tag).To(request);
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

    private static string ValueOf(HttpRequest request, string name, string fallback) =>
        request.Query.TryGetValue(name, out var values) ? values.ToString() : fallback;

    [LoggerMessage(LogLevel.Error, "Cannot compute the analytics: the log cannot be read")]
    private partial void LogUnreadable(Exception exception);
}
