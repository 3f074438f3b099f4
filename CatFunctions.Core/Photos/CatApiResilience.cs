using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace CatFunctions.Core.Photos;

/// <summary>When and how a request to TheCatAPI is repeated.</summary>
internal static class CatApiResilience
{
    public const int Retries = 3;

    /// <summary>The longest <c>Retry-After</c> that is waited for on the spot.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    // All pauses together stay below 1.5 s: where connections fail at once, all is over within GalleryRefresher.FirstPhotosTimeout.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    public static ResiliencePipeline<HttpResponseMessage> CreatePipeline(TimeProvider clock) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = retry => ValueTask.FromResult(IsTransient(retry.Outcome, clock)),
                DelayGenerator = retry => ValueTask.FromResult(retry.Outcome.Result?.RetryAfter(clock)),
                MaxRetryAttempts = Retries,
                Delay = FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .AddTimeout(AttemptTimeout)
            .Build();

    /// <summary>How long the answer asks to wait, if it does.</summary>
    public static TimeSpan? RetryAfter(this HttpResponseMessage response, TimeProvider clock)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome, TimeProvider clock) => outcome switch
    {
        { Exception: TimeoutRejectedException } => true,
        { Exception: HttpRequestException exception } => exception.HttpRequestError != HttpRequestError.ConfigurationLimitExceeded,
        { Result: { } response } =>
            IsTransient(response.StatusCode) && !(response.RetryAfter(clock) > LongestRetryAfter),
        _ => false,
    };

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or >= HttpStatusCode.InternalServerError;
}
