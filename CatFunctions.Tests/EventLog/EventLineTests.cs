namespace CatFunctions.Tests.EventLog;

public sealed class EventLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 7, 30, 12, 345, TimeSpan.Zero);

    private static readonly string[] Texts =
        ["a", "MTY3ODIyMQ", "with \"quotes\"", "back\\slash", "<script>alert(1)</script>", "line\nbreak", "ünïcödé 猫 🐈", "\u0001", "tab\tand / slash", "\u2028"];

    [Fact]
    public void Lines_of_any_form_are_read_as_a_json_reader_reads_them()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 3_000; i++)
        {
            var json = RandomLine(random).ToJson();
            json["traceparent"] = random.Next(3) == 0 ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : null;
            var line = Shuffled(json, random).ToJsonString(new JsonSerializerOptions { WriteIndented = random.Next(2) == 0, NewLine = "\n" });
            line = "{\"kafkapartition\":3,\"kafkaoffset\":" + i + "," + line.Replace("\n", "", StringComparison.Ordinal)[1..];

            EventLine.TryRead(Encoding.UTF8.GetBytes(line), out var offset, out var read).ShouldBeTrue(line);

            offset.ShouldBe(i);
            ShouldBe(read, json);
        }
    }

    [Fact]
    public void A_time_with_an_offset_is_the_same_moment_in_utc()
    {
        var line = new TestEvent(Time).ToLine(0, 0).Replace("2026-11-22T07:30:12.345Z", "2026-11-22T09:30:12.345+02:00", StringComparison.Ordinal);

        EventLine.TryRead(Encoding.UTF8.GetBytes(line), out _, out var read).ShouldBeTrue();

        read.Time.ShouldBe(Time);
    }

    [Fact]
    public void What_is_not_an_event_is_refused()
    {
        var line = new TestEvent(Time).ToLine(0, 0);
        foreach (var foreign in new[]
        {
            "",
            "a foreign line",
            line[1..],
            line[..^1],
            "{\"kafkapartition\":0,\"kafkaoffset\":0,",
            "{\"kafkapartition\":0,\"kafkaoffset\":0,\"id\":1}",
            line.Replace("\"ticksize\":1", "\"ticksize\":\"1\"", StringComparison.Ordinal),
            line.Replace("-0\"", "-1\"", StringComparison.Ordinal),
            line.Replace("\"subject\":\"cat-1\",", "", StringComparison.Ordinal),
            line.Replace("cat-1", "\\ud800", StringComparison.Ordinal),
            line.Replace("\"userId\":\"user-1\"", "\"userId\":[1]", StringComparison.Ordinal),
        })
        {
            EventLine.TryRead(Encoding.UTF8.GetBytes(foreign), out _, out _).ShouldBeFalse(foreign);
        }
    }

    private static TestEvent RandomLine(Random random) => new(
        Time.AddMilliseconds(random.NextInt64(-1_000_000_000_000, 1_000_000_000_000)),
        Texts[random.Next(Texts.Length)] + random.Next(10),
        Texts[random.Next(Texts.Length)] + random.Next(10),
        random.Next(2) == 0,
        random.Next(3) == 0 ? null : Texts[random.Next(Texts.Length)],
        "https://example.org/" + Texts[random.Next(Texts.Length)],
        Time,
        random.Next(250),
        250);

    private static JsonObject Shuffled(JsonObject json, Random random)
    {
        var members = json.ToArray();
        random.Shuffle(members);
        return new JsonObject(members.Select(member => KeyValuePair.Create(
            member.Key, member.Value is JsonObject inner ? Shuffled(inner, random) : member.Value?.DeepClone())));
    }

    private static void ShouldBe(CatEvent read, JsonObject json)
    {
        read.Id.ToString().ShouldBe((string?)json["id"]);
        read.TickSize.ShouldBe((int)json["ticksize"]!);
        read.IsLike.ShouldBe((string?)json["type"] == "catfunctions.photo.liked");
        read.Time.ShouldBe(DateTimeOffset.Parse((string)json["time"]!, CultureInfo.InvariantCulture));
        Text(read.Subject).ShouldBe((string?)json["subject"]);
        Text(read.PhotoUrl).ShouldBe((string?)json["data"]!["photoUrl"]);
        Text(read.Breed).ShouldBe((string?)json["data"]!["breed"] ?? "");
        Text(read.UserId).ShouldBe((string?)json["data"]!["userId"]);
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
}
