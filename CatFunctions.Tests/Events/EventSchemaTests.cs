using System.Reflection;
using CatFunctions.Core.Simulation;
using CatFunctions.Tests.Deployment;
using Json.Schema;
using Microsoft.Extensions.Logging.Abstractions;

namespace CatFunctions.Tests.Events;

/// <summary>docs/event.schema.json says what the pipeline takes for an event, as far as a JSON Schema can.</summary>
public sealed class EventSchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(Repository.Read("docs/event.schema.json"));

    // On no calendar, or not below the size of the tick.
    private static readonly string[] BeyondASchema =
    [
        "20260230T073015000Z-1", "20261122T073015000Z-250", "2026-11-22T07:30:60Z", "2026-11-22T23:59:60+02:00",
        "9999-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "2026-02-29T00:00:00Z",
    ];

    [Fact]
    public async Task Every_event_that_is_produced_passes()
    {
        using var gallery = new GalleryRefresher(
            new SampleCatalogue(), Options.Create(new CatApiOptions()), TimeProvider.System, NullLogger<GalleryRefresher>.Instance);
        var tick = new Tick(new DateTimeOffset(2026, 11, 22, 7, 30, 15, TimeSpan.Zero), TimeSpan.FromSeconds(60));
        using var events = await new TickEventSource(gallery, new Simulator(Options.Create(new SimulationOptions()))).GenerateAsync(tick, CancellationToken.None);

        events.Count.ShouldBeGreaterThan(1000);
        events.ShouldAllBe(produced => Passes(produced.Value.ToArray()));
    }

    [Fact]
    public void What_others_may_write_passes()
    {
        Passes(TestEvents.Utf8(TestEvents.Json)).ShouldBeTrue();
        Passes(TestEvents.With("traceparent", null)).ShouldBeTrue();
        Passes(TestEvents.With("datacontenttype", null)).ShouldBeTrue();
        Passes(TestEvents.Without("datacontenttype")).ShouldBeTrue();
        Passes(TestEvents.WithData("breed", null)).ShouldBeTrue();
        foreach (var type in DataOf(nameof(CatEventTests.The_content_type_is_any_media_type_of_JSON)))
        {
            Passes(TestEvents.With("datacontenttype", (string)type[0]!)).ShouldBeTrue($"{type[0]}");
        }

        foreach (var time in DataOf(nameof(CatEventTests.A_time_is_read_in_any_form_of_RFC_3339)))
        {
            Passes(TestEvents.With("time", (string)time[0]!)).ShouldBeTrue($"{time[0]}");
        }
    }

    [Fact]
    public void Each_cause_of_a_dead_letter_fails()
    {
        (string Cause, byte[] Value)[] invalid =
        [
            .. DataOf(nameof(CatEventTests.A_missing_attribute_is_named)).Select(data => ($"no {data[0]}", TestEvents.Without((string)data[0]!))),
            .. DataOf(nameof(CatEventTests.Missing_data_is_named)).Select(data => ($"no {data[0]}", TestEvents.WithoutData((string)data[0]!))),
            .. DataOf(nameof(CatEventTests.A_wrong_attribute_is_named))
                .Select(data => ($"{data[0]}: {data[1]}", TestEvents.With((string)data[0]!, JsonNode.Parse((string)data[1]!)))),
            .. DataOf(nameof(CatEventTests.Wrong_data_is_named))
                .Select(data => ($"{data[0]}: {data[1]}", TestEvents.WithData((string)data[0]!, JsonNode.Parse((string)data[1]!)))),
            ("long breed", TestEvents.WithData("breed", new string('x', 257))),
            ("long userId", TestEvents.WithData("userId", new string('x', 257))),
            ("long subject", TestEvents.With("subject", new string('x', 257))),
            ("long photoUrl", TestEvents.WithData("photoUrl", new string('x', 2_049))),
            ("an array", "[]"u8.ToArray()),
            ("null", "null"u8.ToArray()),
        ];

        invalid.Length.ShouldBeGreaterThan(70);
        var passed = invalid.Where(cause => Passes(cause.Value)).Select(cause => cause.Cause).ToArray();
        passed.Length.ShouldBe(BeyondASchema.Length, string.Join('\n', passed));
        passed.ShouldAllBe(cause => BeyondASchema.Any(text => cause.EndsWith($"\"{text}\"", StringComparison.Ordinal)));
    }

    private static bool Passes(byte[] value)
    {
        using var json = JsonDocument.Parse(value);
        return Schema.Evaluate(json.RootElement).IsValid;
    }

    /// <summary>What the tests of the reader try.</summary>
    private static IEnumerable<object?[]> DataOf(string test) =>
        typeof(CatEventTests).GetMethod(test)!.GetCustomAttributes<InlineDataAttribute>().Select(attribute => attribute.Data);
}
