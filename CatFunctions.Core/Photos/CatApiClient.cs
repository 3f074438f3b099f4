using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace CatFunctions.Core.Photos;

/// <summary>Photos from TheCatAPI: <c>GET v1/images/search</c>, see https://developers.thecatapi.com/.</summary>
public sealed partial class CatApiClient : IPhotoSource
{
    private const int LargestAnswer = 1024 * 1024;

    private static readonly ProductInfoHeaderValue Product =
        new("catfunctions", typeof(CatApiClient).Assembly.GetName().Version!.ToString(3));

    private readonly HttpClient _http;
    private readonly ILogger<CatApiClient> _logger;
    private readonly Uri _address;
    private readonly CatApiErrors _errors;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public CatApiClient(
        HttpClient http, IOptions<CatApiOptions> options, TimeProvider clock, ILogger<CatApiClient> logger)
    {
        var settings = options.Value;
        var search = settings.BaseAddress.AbsoluteUri.TrimEnd('/') + "/v1/images/search";
        var hasKey = !string.IsNullOrEmpty(settings.ApiKey);

        http.Timeout = Timeout.InfiniteTimeSpan; // the pipeline times each attempt
        http.MaxResponseContentBufferSize = LargestAnswer;
        http.DefaultRequestHeaders.UserAgent.Add(Product);
        http.DefaultRequestHeaders.Accept.Add(new("application/json"));
        if (hasKey)
        {
            http.DefaultRequestHeaders.Add("x-api-key", settings.ApiKey);
        }

        _http = http;
        _logger = logger;
        _address = new Uri($"{search}?limit={settings.Limit}");
        _errors = new CatApiErrors(search, hasKey, clock);
        _pipeline = CatApiResilience.CreatePipeline(clock);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CatPhoto>> GetPhotosAsync(CancellationToken cancellationToken)
    {
        using var response = await FetchAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw _errors.Refused(response);
        }

        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            var (photos, skipped) = CatApiReader.Read(answer);
            if (photos.Count == 0)
            {
                throw _errors.NoPhotos(skipped);
            }

            if (skipped > 0)
            {
                LogSkipped(skipped);
            }

            return photos;
        }
        catch (JsonException exception)
        {
            throw _errors.NotPhotos(response, exception);
        }
    }

    private async Task<HttpResponseMessage> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline
                .ExecuteAsync(
                    async token => await _http.GetAsync(_address, token), cancellationToken);
        }
        catch (TimeoutRejectedException exception)
        {
            throw _errors.TimedOut(exception);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw _errors.TooLarge(LargestAnswer, exception);
        }
        catch (HttpRequestException exception)
        {
            throw _errors.Unreachable(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "Skipped {Skipped} of the photos from TheCatAPI: no id of URL-safe characters or no https address")]
    private partial void LogSkipped(int skipped);
}
