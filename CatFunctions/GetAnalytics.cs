using CatFunctions.Core.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace CatFunctions;

/// <summary>The JSON behind the page.</summary>
public sealed class GetAnalytics(AnalyticsEndpoint endpoint)
{
    // Executed here: a result that is returned would also be sent to the host as the function's output.
    [Function(nameof(GetAnalytics))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsEndpoint.Route)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var result = await endpoint.GetAsync(request, cancellationToken);
        await result.ExecuteAsync(request.HttpContext);
    }
}
