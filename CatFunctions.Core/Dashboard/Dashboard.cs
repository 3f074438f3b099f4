using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Dashboard;

/// <summary>Serves the dashboard from a web application of our own.</summary>
public static class DashboardEndpointRouteBuilderExtensions
{
    private static readonly string[] ReadOnly = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Gives every response of the application the headers of the dashboard, including errors.</summary>
    public static IApplicationBuilder UseDashboardHeaders(this IApplicationBuilder app)
    {
        var headers = app.ApplicationServices.GetRequiredService<DashboardHeaders>();
        return app.Use((context, next) =>
        {
            headers.Set(context.Response);
            return next(context);
        });
    }

    /// <summary>Maps the page to <c>/</c> and, with its assets, to <c>/api/dashboard</c>, and the JSON behind it.</summary>
    public static IEndpointRouteBuilder MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/", ReadOnly, PageAsync);
        endpoints.MapMethods($"/api/{DashboardPage.Route}", ReadOnly, PageAsync);
        endpoints.MapMethods($"/api/{AnalyticsApi.DescriptionRoute}", ReadOnly, context =>
            AnalyticsApi.GetDescription(context.Request).ExecuteAsync(context));
        Map(AnalyticsApi.AnalyticsRoute, (api, request, cancellation) => api.GetAnalyticsAsync(request, cancellation));
        Map(AnalyticsApi.PhotosRoute, (api, request, cancellation) => api.GetPhotosAsync(request, cancellation));
        Map(AnalyticsApi.PhotoRoute, (api, request, cancellation) => api.GetPhotoAsync(request, cancellation));
        Map(AnalyticsApi.RaceRoute, (api, request, cancellation) => api.GetRaceAsync(request, cancellation));
        return endpoints;

        void Map(string route, Func<AnalyticsApi, HttpRequest, CancellationToken, Task<IResult>> answer) =>
            endpoints.MapMethods($"/api/{route}", ReadOnly, async context =>
            {
                var api = context.RequestServices.GetRequiredService<AnalyticsApi>();
                var result = await answer(api, context.Request, context.RequestAborted);
                await result.ExecuteAsync(context);
            });
    }

    private static Task PageAsync(HttpContext context) =>
        DashboardPage.Get(context.Request).ExecuteAsync(context);
}

/// <summary>The settings of the section <c>Dashboard</c>.</summary>
public sealed partial class DashboardOptions
{
    public const string Section = "Dashboard";

    /// <summary>
    /// The hosts from which a browser may load photos by https, separated by commas, with <c>*.</c> for all subdomains;
    /// a port or a path may follow. <c>*</c> alone: any host. The default is where TheCatAPI keeps its photos.
    /// </summary>
    public string ImageHosts { get; set; } =
        "*.thecatapi.com, *.theimageapi.com, *.media.tumblr.com, s3.us-west-2.amazonaws.com/cdn2.thecatapi.com/";

    /// <summary>The hosts as sources of a Content-Security-Policy.</summary>
    internal IEnumerable<string> ImageSources() => ImageHosts
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(host => host == "*" ? "https:" : $"https://{host}");

    internal IEnumerable<string> Problems()
    {
        if (!ImageSources().All(source => ImageSource().IsMatch(source)))
        {
            yield return "Dashboard:ImageHosts must be host names separated by commas, such as cdn2.thecatapi.com, *.example.org.";
        }
    }

    [GeneratedRegex(@"\Ahttps:(//(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?(/[a-z0-9._~/-]*)?)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex ImageSource();
}

/// <summary>
/// The headers of every answer: a browser runs only our own script, loads photos only from the hosts of the settings, and
/// makes nothing of ours available to other sites.
/// </summary>
public sealed class DashboardHeaders(IOptions<DashboardOptions> options)
{
    private readonly string _contentSecurityPolicy =
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src {string.Join(' ', options.Value.ImageSources().Prepend("'self'"))}; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets the headers of an answer.</summary>
    public static void SetFor(HttpContext context) =>
        context.RequestServices.GetRequiredService<DashboardHeaders>().Set(context.Response);

    public void Set(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = _contentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
    }
}
