using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Photos;

/// <summary>Registers the photos part of the pipeline.</summary>
public static class PhotoServices
{
    /// <summary>
    /// Adds the <see cref="GalleryKeeper"/> and what it needs. The settings are checked when the host starts.
    /// </summary>
    public static IServiceCollection AddPhotos(this IServiceCollection services, PhotoMode mode)
    {
        services.AddOptions<CatApiOptions>().BindConfiguration(CatApiOptions.SectionName).ValidateOnStart();
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
            var time = provider.GetRequiredService<TimeProvider>();
            return new GalleryKeeper(
                mode == PhotoMode.Sample ? new SampleCatalogue() : provider.GetRequiredService<CatApiClient>(),
                provider.GetRequiredService<IOptions<CatApiOptions>>(),
                time,
                provider.GetRequiredService<ILogger<GalleryKeeper>>(),
                mode == PhotoMode.Auto ? Gallery.Empty.Add(SampleCatalogue.Photos, time.GetUtcNow()) : null,
                provider.GetRequiredService<PipelineMetrics>());
        });
    }
}
