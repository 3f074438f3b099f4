using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CatFunctions.Core.Photos;
using Microsoft.Net.Http.Headers;

namespace CatFunctions.Core.Dashboard;

/// <summary>What the page loads: its style, its script, its icon and the sample photos.</summary>
internal static partial class DashboardAssets
{
    private const string Svg = "image/svg+xml";
    private const string Script = "text/javascript; charset=utf-8";
    private const string Style = "text/css; charset=utf-8";
    private const string SampleScheme = "sample:";

    private static readonly FrozenDictionary<string, DashboardAsset> Assets = ReadAll().ToFrozenDictionary();

    /// <summary>The asset at a path below the page's own, for example <c>page.css</c> or <c>samples/luna</c>; null if there is none.</summary>
    /// <param name="path">The path.</param>
    /// <param name="key">What modules put after the names of those they import; usually empty.</param>
    public static DashboardAsset? Find(string path, string key) =>
        Assets.GetValueOrDefault(path) is { ContentType: Script } script && key is not ""
            ? DashboardAsset.Of(Encoding.UTF8.GetBytes(Import().Replace(Encoding.UTF8.GetString(script.Content.Span), $"$0{key}")), Script)
            : Assets.GetValueOrDefault(path);

    /// <summary>Opens a file of the folder <c>Page</c>.</summary>
    public static Stream Open(string name) =>
        typeof(DashboardAssets).Assembly.GetManifestResourceStream(typeof(DashboardAssets), $"Page.{name}")!;

    private static IEnumerable<KeyValuePair<string, DashboardAsset>> ReadAll()
    {
        yield return new("icon.svg", DashboardAsset.Read(Open("icon.svg"), Svg));
        var folder = $"{typeof(DashboardAssets).Namespace}.Page.";
        foreach (var name in typeof(DashboardAssets).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Select(name => name[folder.Length..]))
        {
            if (Path.GetExtension(name) is ".js" or ".css")
            {
                yield return new(name, DashboardAsset.Read(Open(name), name.EndsWith(".js", StringComparison.Ordinal) ? Script : Style));
            }
        }

        foreach (var name in SampleCatalogue.Photos.Select(photo => photo.Url[SampleScheme.Length..]))
        {
            yield return new($"samples/{name}", DashboardAsset.Read(SampleCatalogue.OpenDrawing(name)!, Svg));
        }
    }

    /// <summary>The name of a module in another one.</summary>
    [GeneratedRegex(@"(?<=')\./[\w.-]+\.js(?=')")]
    private static partial Regex Import();
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
