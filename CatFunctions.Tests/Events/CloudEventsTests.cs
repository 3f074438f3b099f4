using System.Net.Mime;
using System.Text.Json;
using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Core;
using CloudNative.CloudEvents.SystemTextJson;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CatFunctions.Tests.Events;

/// <summary>Another implementation of CloudEvents 1.0, the CNCF's own, judges what is produced.</summary>
public sealed class CloudEventsTests
{
    private static readonly CloudEventAttribute TickSize =
        CloudEventAttribute.CreateExtension("ticksize", CloudEventAttributeType.Integer);

    private static readonly Tick Tick = new(new DateTimeOffset(2026, 11, 22, 7, 30, 15, TimeSpan.Zero), TimeSpan.FromSeconds(5));

    [Fact]
    public async Task Every_event_of_a_tick_is_read_as_it_is_meant()
    {
        using var events = await GenerateAsync();

        events.Count.ShouldBeGreaterThan(100);
        foreach (var (index, produced) in events.Index())
        {
            var read = Read(produced.Value);

            read.IsValid.ShouldBeTrue();
            read.Id.ShouldBe($"20261122T073015000Z-{index}");
            read.Source.ShouldBe(new Uri("/catfunctions/simulator", UriKind.Relative));
            read.Type.ShouldBeOneOf("catfunctions.photo.viewed", "catfunctions.photo.liked");
            read.Subject.ShouldBe(produced.Key);
            read.Time.ShouldNotBeNull().ShouldBeInRange(Tick.Start, Tick.ScheduledTime);
            read.DataContentType.ShouldBe("application/json");
            read[TickSize].ShouldBe(events.Count);
            read.Data.ShouldBeOfType<JsonElement>().GetProperty("userId").GetString().ShouldStartWith("user-");
        }
    }

    [Fact]
    public void The_header_says_that_it_is_a_cloud_event() =>
        MimeUtilities.IsCloudEventsContentType(ContentTypeHeader()).ShouldBeTrue();

    private static CloudEvent Read(ReadOnlyMemory<byte> value) =>
        new JsonEventFormatter().DecodeStructuredModeMessage(value, new ContentType(ContentTypeHeader()), [TickSize]);

    private static string ContentTypeHeader() => EventHeaders.Of(span: null).Single(header => header.Key == "content-type").Value;

    private static async Task<TickEvents> GenerateAsync()
    {
        using var gallery = new GalleryRefresher(
            new SampleCatalogue(), Options.Create(new CatApiOptions()), TimeProvider.System, NullLogger<GalleryRefresher>.Instance);
        var simulator = new Simulator(Options.Create(new SimulationOptions()));
        return await new TickEventSource(gallery, simulator).GenerateAsync(Tick, CancellationToken.None);
    }
}
