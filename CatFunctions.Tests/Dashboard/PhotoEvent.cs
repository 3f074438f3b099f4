using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CatFunctions.Tests.Events;

namespace CatFunctions.Tests.Dashboard;

/// <summary>What somebody did with a photo, as a test wants it.</summary>
internal sealed record PhotoEvent(string PhotoId, string Url = "sample:luna", string? Breed = "Bombay", string User = "user-1")
{
    public bool Liked { get; init; }

    /// <summary>How long before now.</summary>
    public TimeSpan Ago { get; init; }

    public static IEnumerable<PhotoEvent> Views(string photo, int count, TimeSpan ago = default) =>
        Enumerable.Range(0, count).Select(i => new PhotoEvent($"sample-{photo}", $"sample:{photo}", User: $"user-{i}") { Ago = ago });

    public byte[] ToJson(DateTimeOffset now, string tick, int index, int tickSize)
    {
        var json = JsonNode.Parse(SampleEvent.WithIndex(index, tick, tickSize))!;
        json["type"] = Liked ? "catfunctions.photo.liked" : "catfunctions.photo.viewed";
        json["subject"] = PhotoId;
        json["time"] = (now - Ago).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var data = new JsonObject { ["photoUrl"] = Url, ["userId"] = User };
        if (Breed is not null)
        {
            data["breed"] = Breed;
        }

        json["data"] = data;
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }
}
