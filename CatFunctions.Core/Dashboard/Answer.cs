using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace CatFunctions.Core.Dashboard;

/// <summary>The body of an answer, in memory. It is compressed at most once, however many ask for it.</summary>
/// <param name="tag">Identifies the content; null: the hash of the bytes.</param>
/// <param name="level">How well to compress it.</param>
internal sealed class Answer(
    byte[] content, string contentType, string? tag = null, CompressionLevel level = CompressionLevel.Optimal)
{
    // What fits into a packet gains nothing.
    private const int MinCompressed = 1200;

    // Weak: the compressed forms are other bytes with the same meaning.
    private readonly EntityTagHeaderValue _tag =
        new($"\"{tag ?? Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"", isWeak: true);

    private readonly Lazy<byte[]> _brotli = new(() => Compress(content, stream => new BrotliStream(stream, level)));
    private readonly Lazy<byte[]> _gzip = new(() => Compress(content, stream => new GZipStream(stream, level)));

    public ReadOnlySpan<byte> Content => content;

    public string ContentType => contentType;

    /// <summary>The answer to a request, in the smallest form that the client accepts; 304 if the client has it.</summary>
    public IResult To(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Vary = HeaderNames.AcceptEncoding;
        var encoding = content.Length < MinCompressed ? null : EncodingOf(request);
        headers.ContentEncoding = encoding;
        var bytes = encoding switch { "br" => _brotli.Value, "gzip" => _gzip.Value, _ => content };
        return TypedResults.Bytes(bytes, contentType, entityTag: _tag);
    }

    private static string? EncodingOf(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        return Array.Find(["br", "gzip"], encoding => accepted.Any(item => item.Value == encoding && item.Quality is not 0));
    }

    private static byte[] Compress(byte[] content, Func<Stream, Stream> open)
    {
        using var compressed = new MemoryStream();
        using (var stream = open(compressed))
        {
            stream.Write(content);
        }

        return compressed.ToArray();
    }
}
