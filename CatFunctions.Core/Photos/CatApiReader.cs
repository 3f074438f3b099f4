using System.Text;
using System.Text.Json;

namespace CatFunctions.Core.Photos;

/// <summary>
/// Reads an answer of TheCatAPI's image search. A photo needs an id and an address that are safe to pass on; all else may be
/// missing or of the wrong type.
/// </summary>
internal static class CatApiReader
{
    private const int LongestId = 64;
    private const int LongestAddress = 2048;
    private const int LongestBreed = 85; // at most 255 bytes of UTF-8: it fits into an event

    /// <summary>The photos of an answer, each once, and how many of its elements are unusable.</summary>
    /// <exception cref="JsonException">The answer is not a JSON array.</exception>
    public static (IReadOnlyList<CatPhoto> Photos, int Skipped) Read(ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer.Span.StartsWith(Encoding.UTF8.Preamble) ? answer[3..] : answer);
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The answer is not an array.");
        }

        var photos = json.RootElement.EnumerateArray().Select(ReadPhoto).ToList();
        return ([.. photos.OfType<CatPhoto>().DistinctBy(photo => photo.Id)], photos.Count(photo => photo is null));
    }

    private static CatPhoto? ReadPhoto(JsonElement photo) =>
        SafeId(Text(photo, "id")) is { } id && SafeAddress(Text(photo, "url")) is { } url
            ? new(id, url, Breed(photo), Pixels(photo, "width"), Pixels(photo, "height"))
            : null;

    private static string? SafeId(string? id) =>
        id is { Length: >= 1 and <= LongestId } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? id
            : null;

    private static string? SafeAddress(string? url) =>
        url is { Length: <= LongestAddress }
        && Uri.TryCreate(url, UriKind.Absolute, out var address)
        && address is { Scheme: "https", UserInfo: "", AbsoluteUri: { Length: <= LongestAddress } canonical }
        && Ascii.IsValid(canonical)
            ? canonical
            : null;

    private static string? Breed(JsonElement photo) =>
        Property(photo, "breeds") is { ValueKind: JsonValueKind.Array } breeds
        && Text(breeds.EnumerateArray().FirstOrDefault(), "name")?.Trim() is { Length: >= 1 and <= LongestBreed } name
        && !name.Any(char.IsControl)
            ? name
            : null;

    private static int? Pixels(JsonElement photo, string name) =>
        Property(photo, name) is { ValueKind: JsonValueKind.Number } number
        && number.TryGetInt32(out var pixels)
        && pixels > 0
            ? pixels
            : null;

    private static string? Text(JsonElement parent, string name)
    {
        if (Property(parent, name) is not { ValueKind: JsonValueKind.String } text)
        {
            return null;
        }

        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // not valid UTF-8, or half a surrogate pair
        }
    }

    private static JsonElement? Property(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;
}
