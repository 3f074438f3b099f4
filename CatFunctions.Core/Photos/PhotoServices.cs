using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Photos;

/// <summary>Registers the photos part of the pipeline.</summary>
public static class PhotoServices
{
    /// <summary>
    /// Adds the <see cref="GalleryRefresher"/> and what it needs. The settings are checked when the host starts.
    /// </summary>
    public static IServiceCollection AddPhotos(this IServiceCollection services, PhotoMode mode)
    {
        services.AddOptions<CatApiOptions>().BindConfiguration(CatApiOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CatApiOptions>, CatApiOptionsValidator>();
        services.AddPipelineMetrics();

        services.AddHttpClient<CatApiClient>()
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false; // the key goes to CatApi:BaseAddress and nowhere else
                handler.UseCookies = false;
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan) // one client for the process: the pool follows DNS itself
            .RemoveAllLoggers();

        return services.AddSingleton(provider =>
        {
            var clock = provider.GetRequiredService<TimeProvider>();
            return new GalleryRefresher(
                mode == PhotoMode.Sample ? new SampleCatalogue() : provider.GetRequiredService<CatApiClient>(),
                provider.GetRequiredService<IOptions<CatApiOptions>>(),
                clock,
                provider.GetRequiredService<ILogger<GalleryRefresher>>(),
                mode == PhotoMode.Auto ? Gallery.Empty.Add(SampleCatalogue.Photos, clock.GetUtcNow()) : null,
                provider.GetRequiredService<PipelineMetrics>());
        });
    }
}
