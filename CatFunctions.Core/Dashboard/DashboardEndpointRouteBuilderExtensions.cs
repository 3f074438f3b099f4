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
