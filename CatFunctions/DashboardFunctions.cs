using CatFunctions.Core.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace CatFunctions;

// All execute their result here: one that is returned would also be sent to the host as the function's output.

/// <summary>The JSON behind the page.</summary>
public sealed class GetAnalytics(AnalyticsApi api)
{
    [Function(nameof(GetAnalytics))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.AnalyticsRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        await (await api.GetAnalyticsAsync(request, cancellationToken)).ExecuteAsync(request.HttpContext);
}

/// <summary>All photos of a window.</summary>
public sealed class GetPhotos(AnalyticsApi api)
{
    [Function(nameof(GetPhotos))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.PhotosRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        await (await api.GetPhotosAsync(request, cancellationToken)).ExecuteAsync(request.HttpContext);
}

/// <summary>One photo.</summary>
public sealed class GetPhoto(AnalyticsApi api)
{
    [Function(nameof(GetPhoto))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.PhotoRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        await (await api.GetPhotoAsync(request, cancellationToken)).ExecuteAsync(request.HttpContext);
}

/// <summary>How the views of the photos have grown in a range of the past.</summary>
public sealed class GetRace(AnalyticsApi api)
{
    [Function(nameof(GetRace))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.RaceRoute)] HttpRequest request,
        CancellationToken cancellationToken) =>
        await (await api.GetRaceAsync(request, cancellationToken)).ExecuteAsync(request.HttpContext);
}

/// <summary>The OpenAPI description of these.</summary>
public sealed class GetDescription
{
    [Function(nameof(GetDescription))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = AnalyticsApi.DescriptionRoute)] HttpRequest request) =>
        AnalyticsApi.GetDescription(request).ExecuteAsync(request.HttpContext);
}

/// <summary>The page and its assets. The page passes its function key on with each of its requests.</summary>
public sealed class GetDashboard
{
    [Function(nameof(GetDashboard))]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = DashboardPage.Route)] HttpRequest request) =>
        DashboardPage.Get(request).ExecuteAsync(request.HttpContext);
}
