using CatFunctions.Core.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace CatFunctions;

/// <summary>The page, its assets and the JSON behind it. The page passes its function key on with each of its requests.</summary>
public sealed class DashboardFunctions(AnalyticsApi api)
{
    [Function("GetAnalytics")]
    public Task GetAnalyticsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.AnalyticsRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        ExecuteAsync(request, api.GetAnalyticsAsync(request, cancellationToken));

    [Function("GetPhotos")]
    public Task GetPhotosAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.PhotosRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        ExecuteAsync(request, api.GetPhotosAsync(request, cancellationToken));

    [Function("GetPhoto")]
    public Task GetPhotoAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.PhotoRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        ExecuteAsync(request, api.GetPhotoAsync(request, cancellationToken));

    [Function("GetRace")]
    public Task GetRaceAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.RaceRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        ExecuteAsync(request, api.GetRaceAsync(request, cancellationToken));

    [Function("GetDescription")]
    public static Task GetDescriptionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.DescriptionRoute)] HttpRequest request) =>
        ExecuteAsync(request, Task.FromResult(AnalyticsApi.GetDescription(request)));

    [Function("GetDashboard")]
    public static Task GetDashboardAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = DashboardPage.Route)] HttpRequest request) =>
        ExecuteAsync(request, Task.FromResult(DashboardPage.Get(request)));

    // Executed here: a result that is returned would also be sent to the host as the function's output.
    private static async Task ExecuteAsync(HttpRequest request, Task<IResult> answer) =>
        await (await answer).ExecuteAsync(request.HttpContext);
}
