using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;

namespace CatFunctions.Tests.Analytics;

/// <summary>An event to be written to a log, told in the words of the analytics.</summary>
internal sealed record CatLine(
    DateTimeOffset Time,
    string Photo = "cat-1",
    string User = "user-1",
    bool IsLike = false,
    string? Breed = "Abyssinian",
    string? Url = null,
    DateTimeOffset? Tick = null,
    int Index = 0,
    int TickSize = 1)
{
    /// <summary>The event as JSON, in the order of attributes of our producer.</summary>
    public JsonObject ToJson()
    {
        var data = new JsonObject { ["photoUrl"] = Url ?? $"https://cdn2.thecatapi.com/images/{Photo}.jpg" };
        if (Breed is not null)
        {
            data["breed"] = Breed;
        }

        data["userId"] = User;
        return new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = new EventId(Tick ?? Time, Index).ToString(),
            ["source"] = "/catfunctions/simulator",
            ["type"] = IsLike ? EventContract.LikedType : EventContract.ViewedType,
            ["subject"] = Photo,
            ["time"] = Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["datacontenttype"] = "application/json",
            ["ticksize"] = TickSize,
            ["data"] = data,
        };
    }

    /// <summary>The value of its Kafka record.</summary>
    public byte[] ToValue() => Encoding.UTF8.GetBytes(ToJson().ToJsonString());

    /// <summary>Its line in the log, without the line break.</summary>
    public string ToLine(int partition, long offset) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"kafkapartition\":{partition},\"kafkaoffset\":{offset},{ToJson().ToJsonString()[1..]}");

    /// <summary>Its Kafka record.</summary>
    public ConsumedRecord ToRecord(int partition, long offset) => new(partition, offset, Time, null, ToValue());
}
