using System.Collections.Frozen;
using System.Security.Cryptography;
using CatFunctions.Core.Photos;
using Microsoft.Net.Http.Headers;

namespace CatFunctions.Core.Dashboard;

/// <summary>What the page loads: its style, its script, its icon and the sample photos.</summary>
internal static class DashboardAssets
{
    private const string Svg = "image/svg+xml";
    private const string SampleScheme = "sample:";

    private static readonly FrozenDictionary<string, DashboardAsset> Assets = ReadAll().ToFrozenDictionary();

    /// <summary>The asset at a path below the page's own, for example <c>page.css</c> or <c>samples/luna</c>; null if there is none.</summary>
    public static DashboardAsset? Find(string path) => Assets.GetValueOrDefault(path);

    /// <summary>Opens a file of the folder <c>Page</c>.</summary>
    public static Stream Open(string name) =>
        typeof(DashboardAssets).Assembly.GetManifestResourceStream(typeof(DashboardAssets), $"Page.{name}")!;

    private static IEnumerable<KeyValuePair<string, DashboardAsset>> ReadAll()
    {
        yield return new("page.css", DashboardAsset.Read(Open("page.css"), "text/css; charset=utf-8"));
        yield return new("page.js", DashboardAsset.Read(Open("page.js"), "text/javascript; charset=utf-8"));
        yield return new("icon.svg", DashboardAsset.Read(Open("icon.svg"), Svg));

        foreach (var name in SampleCatalogue.Photos.Select(photo => photo.Url[SampleScheme.Length..]))
        {
            yield return new($"samples/{name}", DashboardAsset.Read(SampleCatalogue.OpenDrawing(name)!, Svg));
        }
    }
}

/// <summary>A file of the page, in memory.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Tag">Identifies the bytes.</param>
internal sealed record DashboardAsset(ReadOnlyMemory<byte> Content, string ContentType, EntityTagHeaderValue Tag)
{
    public static DashboardAsset Of(ReadOnlyMemory<byte> content, string contentType) =>
        new(content, contentType, new($"\"{Convert.ToHexStringLower(SHA256.HashData(content.Span).AsSpan(0, 16))}\""));

    public static DashboardAsset Read(Stream stream, string contentType)
    {
        using (stream)
        {
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return Of(content, contentType);
        }
    }
}
