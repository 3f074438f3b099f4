using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Core.Dashboard;

/// <summary>Serves the dashboard from a web application of our own.</summary>
public static class DashboardEndpointRouteBuilderExtensions
{
    private static readonly string[] ReadOnly = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the page to <c>/</c> and, with its assets, to <c>/api/dashboard</c>, and its JSON to <c>/api/analytics</c>.</summary>
    public static IEndpointRouteBuilder MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/", ReadOnly, PageAsync);
        endpoints.MapMethods($"/api/{DashboardPage.Route}", ReadOnly, PageAsync);
        endpoints.MapMethods($"/api/{AnalyticsEndpoint.Route}", ReadOnly, AnalyticsAsync);
        return endpoints;
    }

    private static Task PageAsync(HttpContext context) =>
        DashboardPage.Get(context.Request).ExecuteAsync(context);

    private static async Task AnalyticsAsync(HttpContext context)
    {
        var endpoint = context.RequestServices.GetRequiredService<AnalyticsEndpoint>();
        var result = await endpoint.GetAsync(context.Request, context.RequestAborted);
        await result.ExecuteAsync(context);
    }
}

/// <summary>The headers of every answer: nothing runs but our own script, nothing is loaded but photos, nothing is told to their hosts.</summary>
internal static class DashboardHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Set(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
    }
}
