using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace CatFunctions.Core.Dashboard;

/// <summary>A file of the page, in memory.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Tag">Names the bytes.</param>
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
