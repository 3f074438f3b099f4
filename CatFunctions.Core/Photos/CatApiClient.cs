using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly.Timeout;

namespace CatFunctions.Core.Photos;

/// <summary>
/// Photos from TheCatAPI: <c>GET v1/images/search</c>, see https://developers.thecatapi.com/. The
/// <see cref="HttpClient"/> retries and times out as <see cref="PhotoServices"/> configures it.
/// </summary>
public sealed partial class CatApiClient : IPhotoSource
{
    /// <summary>The size of the largest answer that is read, in bytes.</summary>
    internal const int LargestAnswer = 1024 * 1024;

    internal const int Retries = 3;

    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    private const string CheckAddress = "Check CatApi:BaseAddress, and that no proxy or sign-in page answers instead.";
    private const string NothingToDo = "It will be asked again automatically.";

    private static readonly ProductInfoHeaderValue Product =
        new("catfunctions", typeof(CatApiClient).Assembly.GetName().Version!.ToString(3));

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly ILogger<CatApiClient> _logger;
    private readonly bool _hasKey;
    private readonly string _address;
    private readonly string _query;

    public CatApiClient(
        HttpClient http, IOptions<CatApiOptions> options, TimeProvider clock, ILogger<CatApiClient> logger)
    {
        var settings = options.Value;
        (_http, _clock, _logger) = (http, clock, logger);
        _address = settings.BaseAddress.AbsoluteUri.TrimEnd('/') + "/v1/images/search";
        _query = $"?limit={settings.Limit}";

        http.Timeout = Timeout.InfiniteTimeSpan; // each attempt has its own
        http.DefaultRequestHeaders.UserAgent.Add(Product);
        http.DefaultRequestHeaders.Accept.Add(new("application/json"));
        _hasKey = !string.IsNullOrEmpty(settings.ApiKey);
        if (_hasKey)
        {
            http.DefaultRequestHeaders.Add("x-api-key", settings.ApiKey);
        }
    }

    public async Task<IReadOnlyList<CatPhoto>> GetPhotosAsync(CancellationToken cancellationToken)
    {
        using var response = await FetchAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw Refused(response);
        }

        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            var (photos, skipped) = CatApiReader.Read(answer);
            if (photos.Count == 0)
            {
                throw NoPhotos(skipped);
            }

            if (skipped > 0)
            {
                LogSkipped(skipped);
            }

            return photos;
        }
        catch (JsonException exception)
        {
            var content = response.Content.Headers.ContentType?.MediaType ?? "untyped";
            throw new PhotoSourceException(
                $"TheCatAPI answered {Status(response)} at {_address}, but its {content} content is not a JSON array."
                    + $" {CheckAddress}", exception);
        }
    }

    /// <summary>How long the answer asks to wait, if it does.</summary>
    internal static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    internal static bool IsTooLarge(Exception? exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded };

    private async Task<HttpResponseMessage> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetAsync(new Uri(_address + _query), cancellationToken);
        }
        catch (TimeoutRejectedException exception)
        {
            throw new PhotoSourceException(
                $"TheCatAPI did not answer at {_address}: {Retries + 1} attempts of {AttemptTimeout.TotalSeconds:0} s. "
                    + "Check the network and CatApi:BaseAddress.", exception);
        }
        catch (HttpRequestException exception) when (IsTooLarge(exception))
        {
            throw new PhotoSourceException(
                $"TheCatAPI answered with more than {LargestAnswer} bytes at {_address}. {CheckAddress}", exception);
        }
        catch (HttpRequestException exception)
        {
            var cause = exception.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new PhotoSourceException(
                $"TheCatAPI cannot be reached at {_address} ({cause}). Check the network and CatApi:BaseAddress.", exception);
        }
    }

    private PhotoSourceException Refused(HttpResponseMessage response)
    {
        var wait = RetryAfter(response, _clock);
        var whatToDo = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => _hasKey
                ? "Correct CatApi:ApiKey, or remove it to go without one."
                : "Set CatApi:ApiKey to a key from https://thecatapi.com/.",
            HttpStatusCode.TooManyRequests when !_hasKey => "A key in CatApi:ApiKey has a quota of its own.",
            HttpStatusCode.TooManyRequests => "Raise CatApi:RefreshInterval if this continues.",
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => NothingToDo,
            _ => CheckAddress,
        };
        var comeBack = wait is null ? "" : $" Come back at {_clock.GetUtcNow() + wait:u}.";
        return new($"TheCatAPI answered {Status(response)} at {_address}.{comeBack} {whatToDo}") { RetryAfter = wait };
    }

    private PhotoSourceException NoPhotos(int skipped) =>
        skipped == 0
            ? new($"TheCatAPI answered with an empty array at {_address}. {NothingToDo}")
            : new($"TheCatAPI answered with {skipped} photos at {_address}, none with both an id of URL-safe characters "
                + $"and an https address. {CheckAddress}");

    // The phrase is the platform's, never the server's: these lines appear in terminals and logs.
    private static string Status(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return $"{status} {ReasonPhrases.GetReasonPhrase(status)}".TrimEnd();
    }

    [LoggerMessage(LogLevel.Warning,
        "Skipped {Skipped} of the photos from TheCatAPI: no id of URL-safe characters or no https address")]
    private partial void LogSkipped(int skipped);
}
