using CatFunctions.Core.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace CatFunctions;

// Both execute their result here: one that is returned would also be sent to the host as the function's output.

/// <summary>The JSON behind the page.</summary>
public sealed class GetAnalytics(AnalyticsEndpoint endpoint)
{
    [Function(nameof(GetAnalytics))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsEndpoint.Route)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var result = await endpoint.GetAsync(request, cancellationToken);
        await result.ExecuteAsync(request.HttpContext);
    }
}

/// <summary>The page and its assets. The page passes its function key on with each of its requests.</summary>
public sealed class GetDashboard
{
    [Function(nameof(GetDashboard))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = DashboardPage.Route)] HttpRequest request) =>
        DashboardPage.Get(request).ExecuteAsync(request.HttpContext);
}
