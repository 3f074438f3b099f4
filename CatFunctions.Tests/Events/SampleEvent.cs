using System.Text;
using System.Text.Json.Nodes;

namespace CatFunctions.Tests.Events;

/// <summary>Valid events, and the same with one thing changed.</summary>
internal static class SampleEvent
{
    public const string Json =
        """{"specversion":"1.0","id":"20261122T073015000Z-17","source":"/catfunctions/simulator","type":"catfunctions.photo.viewed","subject":"MTY3ODIyMQ","time":"2026-11-22T07:30:12.345Z","datacontenttype":"application/json","ticksize":250,"data":{"photoUrl":"https://cdn2.thecatapi.com/images/MTY3ODIyMQ.jpg","breed":"Abyssinian","userId":"user-1842"}}""";

    public static byte[] WithIndex(int index, string tick = "20261122T073015000Z", int tickSize = 250) => Utf8(Json
        .Replace("20261122T073015000Z-17", $"{tick}-{index}", StringComparison.Ordinal)
        .Replace("\"ticksize\":250", $"\"ticksize\":{tickSize}", StringComparison.Ordinal));

    public static byte[] With(string attribute, JsonNode? value) => Changed(sample => sample[attribute] = value);

    public static byte[] WithData(string name, JsonNode? value) => Changed(sample => sample["data"]![name] = value);

    public static byte[] Without(string attribute) => Changed(sample => sample.AsObject().Remove(attribute));

    public static byte[] WithoutData(string name) => Changed(sample => sample["data"]!.AsObject().Remove(name));

    public static byte[] Utf8(string json) => Encoding.UTF8.GetBytes(json);

    private static byte[] Changed(Action<JsonNode> change)
    {
        var sample = JsonNode.Parse(Json)!;
        change(sample);
        return Utf8(sample.ToJsonString());
    }
}
