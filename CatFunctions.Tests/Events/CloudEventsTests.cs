using System.Net.Mime;
using CatFunctions.Core.Simulation;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Core;
using CloudNative.CloudEvents.SystemTextJson;
using Microsoft.Extensions.Logging.Abstractions;

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

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.cats+json")]
    [InlineData(null)]
    public void What_it_writes_is_an_event_to_us(string? dataContentType)
    {
        var written = new CloudEvent([TickSize])
        {
            Id = "20261122T073015000Z-17",
            Source = new Uri("https://cats.example/a?b#c"),
            Type = "catfunctions.photo.liked",
            Subject = "a \"cat\" 猫 </script> 🐈",
            Time = new DateTimeOffset(2026, 11, 22, 9, 30, 12, TimeSpan.FromHours(2)).AddTicks(1_234_567),
            DataContentType = dataContentType,
            Data = new { photoUrl = "https://cats.example/a.jpg?x=1&y=2", breed = (string?)null, userId = "user-1842" },
            [TickSize] = 250,
        };
        written["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        var json = new JsonEventFormatter().EncodeStructuredModeMessage(written, out _);

        CatEvent.TryRead(json.Span, out var read, out var reason).ShouldBeTrue(reason);
        read.Id.ToString().ShouldBe(written.Id);
        read.TickSize.ShouldBe(250);
        read.IsLike.ShouldBeTrue();
        Encoding.UTF8.GetString(read.Subject).ShouldBe(written.Subject);
        read.Time.ShouldBe(written.Time.Value);
        read.Breed.IsEmpty.ShouldBeTrue();
    }

    private static CloudEvent Read(ReadOnlyMemory<byte> value) =>
        new JsonEventFormatter().DecodeStructuredModeMessage(value, new ContentType(ContentTypeHeader()), [TickSize]);

    private static string ContentTypeHeader() => EventHeaders.Of(traceParent: null).Single(header => header.Key == "content-type").Value;

    private static async Task<TickEvents> GenerateAsync()
    {
        using var gallery = new GalleryRefresher(
            new SampleCatalogue(), Options.Create(new CatApiOptions()), TimeProvider.System, NullLogger<GalleryRefresher>.Instance);
        var simulator = new Simulator(Options.Create(new SimulationOptions()));
        return await new TickEventSource(gallery, simulator).GenerateAsync(Tick, CancellationToken.None);
    }
}
