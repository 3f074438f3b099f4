using CatFunctions.Core.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace CatFunctions;

/// <summary>The page and its assets. The page passes its function key on to all that it asks for.</summary>
public sealed class GetDashboard
{
    // Executed here: a result that is returned would also be sent to the host as the function's output.
    [Function(nameof(GetDashboard))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = DashboardPage.Route)] HttpRequest request) =>
        DashboardPage.Get(request).ExecuteAsync(request.HttpContext);
}
