using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;

namespace CatFunctions.Core.Photos;

public static class PhotoServices
{
    /// <summary>The longest <c>Retry-After</c> that is waited for within one request.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    // All pauses together stay below 1.5 s: where connections fail at once, the last attempt ends within GalleryRefresher.FirstPhotosTimeout.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Adds the <see cref="GalleryRefresher"/> and what it needs. The settings are checked when the host starts.
    /// </summary>
    public static IServiceCollection AddPhotos(this IServiceCollection services, PhotoMode mode)
    {
        services.AddPipelineMetrics();
        services.AddOptions<CatApiOptions>().BindSection(CatApiOptions.Section)
            .ValidateOnStart(options => options.Problems());

        // For an outage the gallery logs one line, not one for each attempt.
        services.AddLogging(logging => logging.AddFilter("Polly", LogLevel.None));
        if (mode != PhotoMode.Sample)
        {
            services.AddCatApi();
        }

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

    private static void AddCatApi(this IServiceCollection services)
    {
        var client = services.AddHttpClient<CatApiClient>()
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false; // the key goes to CatApi:BaseAddress and nowhere else
                handler.UseCookies = false;
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan) // one client for the process: the pool follows DNS itself
            .RemoveAllLoggers();
        client.AddResilienceHandler("retries", (pipeline, context) =>
            AddRetries(pipeline, context.ServiceProvider.GetRequiredService<TimeProvider>()));
        client.AddHttpMessageHandler(() => new BufferingHandler());
    }

    // The standard handler compares a Retry-After date with the system's clock, and waits however long it is.
    private static void AddRetries(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TimeProvider clock)
    {
        pipeline.TimeProvider = clock;
        pipeline
            .AddRetry(new HttpRetryStrategyOptions
            {
                ShouldHandle = retry => ValueTask.FromResult(IsWorthRetrying(retry.Outcome, clock)),
                DelayGenerator = retry => ValueTask.FromResult(RetryAfter(retry.Outcome, clock)),
                MaxRetryAttempts = CatApiClient.Retries,
                Delay = FirstPause,
            })
            .AddTimeout(CatApiClient.AttemptTimeout);
    }

    private static bool IsWorthRetrying(Outcome<HttpResponseMessage> outcome, TimeProvider clock) =>
        HttpClientResiliencePredicates.IsTransient(outcome)
        && !CatApiClient.IsTooLarge(outcome.Exception)
        && !(RetryAfter(outcome, clock) > LongestRetryAfter);

    private static TimeSpan? RetryAfter(Outcome<HttpResponseMessage> outcome, TimeProvider clock) =>
        outcome.Result is { } response ? CatApiClient.RetryAfter(response, clock) : null;

    /// <summary>Reads the whole answer as part of the attempt, so timeout and retries include its body.</summary>
    private sealed class BufferingHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            try
            {
                await response.Content.LoadIntoBufferAsync(CatApiClient.LargestAnswer, cancellationToken);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
