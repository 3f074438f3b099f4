using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CatFunctions.Core.Photos;
using Microsoft.AspNetCore.StaticFiles;

namespace CatFunctions.Core.Dashboard;

/// <summary>What the page loads: the files of the folder <c>Page</c> and the sample photos.</summary>
/// <remarks>
/// Their addresses hold the hash of all of them, so a client may keep what it has loaded and never mixes two versions. Modules
/// import each other by names that are relative to their own.
/// </remarks>
internal static partial class DashboardAssets
{
    /// <summary>The page itself, which is a template.</summary>
    public const string Index = "index.html";

    private const string SampleScheme = "sample:";

    private const string PageFolder = "Page.";

    private static readonly string Prefix = $"{typeof(DashboardAssets).Namespace}.";
    private static readonly FrozenDictionary<string, Answer> Assets = ReadAll().ToFrozenDictionary();

    /// <summary>The folder of the assets: the hash of all of them.</summary>
    public static string Version { get; } = HashOf(Assets);

    /// <summary>The asset at a path below the page's own, with or without a version; null if there is none.</summary>
    /// <param name="path">For example <c>0123456789abcdef/page.css</c> or <c>samples/luna</c>.</param>
    /// <param name="key">What modules put after the names of those they import, for example <c>?code=…</c>; usually empty.</param>
    /// <param name="cacheControl">How long a client may keep it.</param>
    public static Answer? Find(string path, string key, out string cacheControl)
    {
        var isCurrent = path.StartsWith($"{Version}/", StringComparison.Ordinal);
        var asset = Assets.GetValueOrDefault(VersionFolder().Replace(path, "", 1));
        cacheControl = !isCurrent ? "no-cache" : $"{(key is "" ? "public" : "private")}, max-age=31536000, immutable";
        return asset?.ContentType.StartsWith("text/javascript", StringComparison.Ordinal) == true && key is not ""
            ? new Answer(Encoding.UTF8.GetBytes(Import().Replace(Encoding.UTF8.GetString(asset.Content), name => name + key)), asset.ContentType)
            : asset;
    }

    /// <summary>Reads a file of the folder <c>Page</c>.</summary>
    public static byte[] Read(string name) => ReadResource(PageFolder + name);

    /// <summary>Reads an embedded file of this folder; what is below is separated by dots.</summary>
    public static byte[] ReadResource(string name) => Read(typeof(DashboardAssets).Assembly.GetManifestResourceStream(Prefix + name)!);

    private static IEnumerable<KeyValuePair<string, Answer>> ReadAll()
    {
        var types = new FileExtensionContentTypeProvider();
        foreach (var name in typeof(DashboardAssets).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix + PageFolder, StringComparison.Ordinal))
            .Select(name => name[(Prefix + PageFolder).Length..])
            .Where(name => name != Index))
        {
            var type = types.Mappings[Path.GetExtension(name)];
            yield return Of(name, Read(name), type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type);
        }

        foreach (var name in SampleCatalogue.Photos.Select(photo => photo.Url[SampleScheme.Length..]))
        {
            yield return Of($"samples/{name}", Read(SampleCatalogue.OpenDrawing(name)!), types.Mappings[".svg"]);
        }
    }

    private static KeyValuePair<string, Answer> Of(string path, byte[] content, string type) =>
        new(path, new Answer(content, type, level: CompressionLevel.SmallestSize));

    private static string HashOf(IReadOnlyDictionary<string, Answer> assets)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, asset) in assets.OrderBy(asset => asset.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{asset.Content.Length}\n"));
            hash.AppendData(asset.Content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static byte[] Read(Stream stream)
    {
        using var reader = new BinaryReader(stream);
        return reader.ReadBytes((int)stream.Length);
    }

    /// <summary>The name of a module in another one.</summary>
    [GeneratedRegex(@"(?<=['""])\./[\w.-]+\.js(?=['""])")]
    private static partial Regex Import();

    [GeneratedRegex(@"\A[0-9a-f]{16}/")]
    private static partial Regex VersionFolder();
}
