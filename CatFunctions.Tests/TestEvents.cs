namespace CatFunctions.Tests;

/// <summary>The event of the contract, the same with one thing changed, and consumed records of both.</summary>
internal static class TestEvents
{
    public const string Json =
        """{"specversion":"1.0","id":"20261122T073015000Z-17","source":"/catfunctions/simulator","type":"catfunctions.photo.viewed","subject":"MTY3ODIyMQ","time":"2026-11-22T07:30:12.345Z","datacontenttype":"application/json","ticksize":250,"data":{"photoUrl":"https://cdn2.thecatapi.com/images/MTY3ODIyMQ.jpg","breed":"Abyssinian","userId":"user-1842"}}""";

    public static readonly DateTimeOffset Timestamp = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);

    public static byte[] WithIndex(int index, string tick = "20261122T073015000Z", int tickSize = 250) => Utf8(Json
        .Replace("20261122T073015000Z-17", $"{tick}-{index}", StringComparison.Ordinal)
        .Replace("\"ticksize\":250", $"\"ticksize\":{tickSize}", StringComparison.Ordinal));

    public static byte[] With(string attribute, JsonNode? value) => Changed(sample => sample[attribute] = value);

    public static byte[] With(string attribute, JsonNode? value, string another, JsonNode? anotherValue) =>
        Changed(sample => (sample[attribute], sample[another]) = (value, anotherValue));

    public static byte[] WithData(string name, JsonNode? value) => Changed(sample => sample["data"]![name] = value);

    public static byte[] Without(string attribute) => Changed(sample => sample.AsObject().Remove(attribute));

    public static byte[] WithoutData(string name) => Changed(sample => sample["data"]!.AsObject().Remove(name));

    public static byte[] Utf8(string json) => Encoding.UTF8.GetBytes(json);

    /// <summary>Events at consecutive offsets. Each topic gives its events other ids, as another tick would.</summary>
    public static ConsumedRecord[] Events(long firstOffset, int count, int partition = 0, string topic = "20261122T073015000Z") =>
        [.. Enumerable.Range(0, count).Select(i => Event(firstOffset + i, partition, topic))];

    public static ConsumedRecord Event(long offset, int partition = 0, string topic = "20261122T073015000Z") =>
        Record(offset, WithIndex((int)offset, topic, tickSize: 1_000_000), partition);

    public static ConsumedRecord Record(long offset, byte[]? value, int partition = 0, byte[]? key = null) =>
        new(partition, offset, Timestamp, key, value);

    /// <summary>The offset that a line of the log carries.</summary>
    public static long OffsetOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("kafkaoffset").GetInt64();

    /// <summary>Which event of which tick a line of the log or of the outbox is, read without any of the project's own code.</summary>
    public static (string Tick, int Index, int Size) TickOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        var id = json.RootElement.GetProperty("id").GetString()!.Split('-');
        return (id[0], int.Parse(id[1], CultureInfo.InvariantCulture), json.RootElement.GetProperty("ticksize").GetInt32());
    }

    private static byte[] Changed(Action<JsonNode> change)
    {
        var sample = JsonNode.Parse(Json)!;
        change(sample);
        return Utf8(sample.ToJsonString());
    }
}

/// <summary>An event in the words of the analytics.</summary>
internal sealed record TestEvent(
    DateTimeOffset Time = default,
    string Photo = "cat-1",
    string User = "user-1",
    bool IsLike = false,
    string? Breed = "Abyssinian",
    string? Url = null,
    DateTimeOffset? Tick = null,
    int Index = 0,
    int TickSize = 1)
{
    /// <summary>How long before it is recorded it happened, where that decides its <see cref="Time"/>.</summary>
    public TimeSpan Ago { get; init; }

    /// <summary>Makes the event as large as a test wants it.</summary>
    public string? Filler { get; init; }

    /// <summary>Views of a bundled photo, each by another user.</summary>
    public static IEnumerable<TestEvent> Views(string photo, int count, TimeSpan ago = default) =>
        Enumerable.Range(0, count).Select(i => new TestEvent(Photo: $"sample-{photo}", Url: $"sample:{photo}", User: $"user-{i}") { Ago = ago });

    /// <summary>What makes photos rise: for ten minutes few views of each and many of the photo <c>steady</c>, and then as many of each.</summary>
    public static IEnumerable<TestEvent> Rising(params IEnumerable<TestEvent> photos)
    {
        var steady = new TestEvent(Photo: "steady", Breed: "steady", Url: "sample:luna");
        return
        [
            .. Enumerable.Range(3, 10).SelectMany(age => photos.Concat(Enumerable.Repeat(steady, 30)).Select(one => one with { Ago = TimeSpan.FromMinutes(age) })),
            .. photos.SelectMany(photo => Enumerable.Repeat(photo, 40)),
        ];
    }

    /// <summary>The event as JSON, in the order of attributes of our producer.</summary>
    public JsonObject ToJson()
    {
        var data = new JsonObject { ["photoUrl"] = Url ?? $"https://cdn2.thecatapi.com/images/{Photo}.jpg" };
        if (Breed is not null)
        {
            data["breed"] = Breed;
        }

        data["userId"] = User;
        var json = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = new EventId(Tick ?? Time, Index).ToString(),
            ["source"] = "/catfunctions/simulator",
            ["type"] = IsLike ? "catfunctions.photo.liked" : "catfunctions.photo.viewed",
            ["subject"] = Photo,
            ["time"] = Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["datacontenttype"] = "application/json",
            ["ticksize"] = TickSize,
            ["data"] = data,
        };
        if (Filler is not null)
        {
            json["filler"] = Filler;
        }

        return json;
    }

    /// <summary>The value of its Kafka record.</summary>
    public byte[] ToValue() => TestEvents.Utf8(ToJson().ToJsonString());

    /// <summary>Its line in the log, without the line break.</summary>
    public string ToLine(int partition, long offset) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"kafkapartition\":{partition},\"kafkaoffset\":{offset},{ToJson().ToJsonString()[1..]}");

    public ConsumedRecord ToRecord(int partition, long offset) => new(partition, offset, Time, null, ToValue());
}
