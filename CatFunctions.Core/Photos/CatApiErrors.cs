using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace CatFunctions.Core.Photos;

/// <summary>What went wrong with TheCatAPI, in one line each, and what to do about it.</summary>
internal sealed class CatApiErrors(string address, bool hasKey, TimeProvider clock)
{
    private const string CheckAddress = "Check CatApi:BaseAddress, and that no proxy or sign-in page answers instead.";
    private const string NothingToDo = "It is asked again by itself.";

    public PhotoSourceException Unreachable(HttpRequestException exception) =>
        new($"TheCatAPI cannot be reached at {address} ({Cause(exception)}). Check the network and CatApi:BaseAddress.", exception);

    public PhotoSourceException TimedOut(Exception exception) =>
        new($"TheCatAPI did not answer at {address}: {CatApiResilience.Retries + 1} attempts of "
            + $"{CatApiResilience.AttemptTimeout.TotalSeconds:0} s. Check the network and CatApi:BaseAddress.", exception);

    public PhotoSourceException Refused(HttpResponseMessage response)
    {
        var wait = response.RetryAfter(clock);
        var whatToDo = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => hasKey
                ? "Correct CatApi:ApiKey, or remove it to go without one."
                : "Set CatApi:ApiKey to a key from https://thecatapi.com/.",
            HttpStatusCode.TooManyRequests when !hasKey => "A key in CatApi:ApiKey has a quota of its own.",
            HttpStatusCode.TooManyRequests => "Raise CatApi:RefreshInterval if this goes on.",
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => NothingToDo,
            _ => CheckAddress,
        };
        var comeBack = wait is null ? "" : $" Come back at {clock.GetUtcNow() + wait:u}.";
        return new($"TheCatAPI answered {Status(response)} at {address}.{comeBack} {whatToDo}") { RetryAfter = wait };
    }

    public PhotoSourceException NotPhotos(HttpResponseMessage response, Exception exception)
    {
        var content = response.Content.Headers.ContentType?.MediaType ?? "untyped";
        return new($"TheCatAPI answered {Status(response)} at {address}, but its {content} content is not a JSON array."
            + $" {CheckAddress}", exception);
    }

    public PhotoSourceException NoPhotos(int skipped) =>
        skipped == 0
            ? new($"TheCatAPI answered with an empty array at {address}. {NothingToDo}")
            : new($"TheCatAPI answered with {skipped} photos at {address}, none with both an id of URL-safe characters "
                + $"and an https address. {CheckAddress}");

    public PhotoSourceException TooLarge(int limit, Exception exception) =>
        new($"TheCatAPI answered with more than {limit} bytes at {address}. {CheckAddress}", exception);

    // The texts are ours or the platform's, never the server's: these lines end in terminals and logs.
    private static string Status(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return $"{status} {ReasonPhrases.GetReasonPhrase(status)}".TrimEnd();
    }

    private static string Cause(Exception exception) => exception.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');
}
