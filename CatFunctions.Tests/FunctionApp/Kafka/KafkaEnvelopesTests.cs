using System.Diagnostics;
using CatFunctions.Kafka;

namespace CatFunctions.Tests.FunctionApp.Kafka;

/// <summary>The form is the Kafka extension's, as its KafkaProducerAsyncCollector reads it.</summary>
public sealed class KafkaEnvelopesTests
{
    private const string Event = """{"specversion":"1.0","subject":"MTY3","data":{"breed":"Chat à poils \"mi-longs\" 🐈","n":1.50}}""";

    private static readonly DateTimeOffset Tick = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);

    [Fact]
    public void Every_name_is_there_that_the_extension_asks_for() =>
        Wrap().EnumerateObject().Select(property => property.Name).ShouldBe(
            ["Key", "Value", "Headers", "Timestamp", "Topic", "Partition", "Offset"], ignoreOrder: true);

    [Fact]
    public void The_names_that_the_extension_reads_and_ignores_are_readable()
    {
        var envelope = Wrap();

        envelope.GetProperty("Partition").GetInt32().ShouldBe(-1);
        envelope.GetProperty("Offset").GetInt64().ShouldBe(0);
        envelope.GetProperty("Topic").GetString().ShouldBe("");
        envelope.GetProperty("Timestamp").GetDateTimeOffset().ShouldBe(Tick);
    }

    [Fact]
    public void The_key_is_the_events_key() => Wrap().GetProperty("Key").GetString().ShouldBe("MTY3");

    [Fact]
    public void The_value_is_a_string_that_holds_the_events_bytes()
    {
        var value = Wrap().GetProperty("Value");

        value.ValueKind.ShouldBe(JsonValueKind.String);
        Encoding.UTF8.GetBytes(value.GetString()!).ShouldBe(Encoding.UTF8.GetBytes(Event));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("""{"a":"\\\"\n"}""")]
    [InlineData("{\r\n\t\"a\":\"\u0000\u001f\u007f\u2028\"}")]
    public void Key_and_value_arrive_whatever_they_hold(string text)
    {
        var envelope = Envelopes([new OutgoingEvent(text, Encoding.UTF8.GetBytes(text))]).ShouldHaveSingleItem();

        envelope.GetProperty("Key").GetString().ShouldBe(text);
        envelope.GetProperty("Value").GetString().ShouldBe(text);
    }

    [Fact]
    public void Quotation_marks_cost_no_more_than_they_must() => Serialize([Produced]).ShouldNotContain("\\u0022");

    [Fact]
    public void There_is_a_string_for_each_event_in_their_order()
    {
        OutgoingEvent[] events = [Produced, Produced with { Key = "abc" }, Produced with { Key = "" }];

        Envelopes(events).Select(envelope => envelope.GetProperty("Key").GetString()).ShouldBe(["MTY3", "abc", ""]);
        Envelopes([]).ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_trace_the_content_type_is_the_only_header() =>
        Headers(Wrap(trace: null)).ShouldBe([("content-type", "application/cloudevents+json; charset=utf-8")]);

    [Fact]
    public void A_trace_is_a_header_in_the_form_of_the_w3c()
    {
        using var trace = new Activity("tick").SetIdFormat(ActivityIdFormat.W3C).Start();

        Headers(Wrap(trace)).ShouldBe([
            ("content-type", "application/cloudevents+json; charset=utf-8"),
            ("traceparent", $"00-{trace.TraceId}-{trace.SpanId}-00")]);
    }

    [Fact]
    public void A_trace_of_another_form_is_left_out()
    {
        using var trace = new Activity("tick").SetIdFormat(ActivityIdFormat.Hierarchical).Start();

        Headers(Wrap(trace)).Select(header => header.Key).ShouldBe(["content-type"]);
    }

    private static OutgoingEvent Produced { get; } = new("MTY3", Encoding.UTF8.GetBytes(Event));

    private static JsonElement Wrap(Activity? trace = null) => Envelopes([Produced], trace).ShouldHaveSingleItem();

    private static JsonElement[] Envelopes(OutgoingEvent[] events, Activity? trace = null) =>
        [.. JsonElement.Parse(Serialize(events, trace)).EnumerateArray().Select(envelope => JsonElement.Parse(envelope.GetString()!))];

    private static string Serialize(OutgoingEvent[] events, Activity? trace = null) =>
        new KafkaEnvelopes(events, Tick, EventHeaders.Of(EventHeaders.TraceParentOf(trace))).ToJson().ToString();

    private static IEnumerable<(string Key, string Value)> Headers(JsonElement envelope) =>
        envelope.GetProperty("Headers").EnumerateArray()
            .Select(header => (header.GetProperty("Key").GetString()!, header.GetProperty("Value").GetString()!));
}
