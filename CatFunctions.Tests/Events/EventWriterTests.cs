using System.Security.Cryptography;
using CatFunctions.Core.Simulation;
using CatFunctions.Tests.Simulation;

namespace CatFunctions.Tests.Events;

public sealed class EventWriterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);
    private static readonly Tick ATick = new(Now, TimeSpan.FromSeconds(5));

    [Fact]
    public void An_event_is_written_as_the_contract_shows_it()
    {
        var gallery = new Gallery([new GalleryPhoto(Galleries.Photo("MTY3ODIyMQ", "Abyssinian"), Now)]);
        var view = new Interaction(InteractionKind.Viewed, Photo: 0, UserId: 1842, Now.AddMilliseconds(-2_655));

        using var events = EventWriter.Write(ATick, gallery, Enumerable.Repeat(view, 250).ToArray());

        events[17].Key.ShouldBe("MTY3ODIyMQ");
        Text(events[17]).ShouldBe(
            """
            {"specversion":"1.0","id":"20261122T073015000Z-17","source":"/catfunctions/simulator","type":"catfunctions.photo.viewed","subject":"MTY3ODIyMQ","time":"2026-11-22T07:30:12.345Z","datacontenttype":"application/json","ticksize":250,"data":{"photoUrl":"https://cdn2.thecatapi.com/images/MTY3ODIyMQ.jpg","breed":"Abyssinian","userId":"user-1842"}}
            """);
    }

    [Fact]
    public void A_like_of_a_cat_of_unknown_breed_has_its_type_and_no_breed()
    {
        var gallery = new Gallery([new GalleryPhoto(Galleries.Photo("a"), Now)]);
        var like = new Interaction(InteractionKind.Liked, Photo: 0, UserId: 1, Now.AddMilliseconds(-1));

        using var events = EventWriter.Write(ATick, gallery, [like]);

        Text(events[0]).ShouldBe(
            """
            {"specversion":"1.0","id":"20261122T073015000Z-0","source":"/catfunctions/simulator","type":"catfunctions.photo.liked","subject":"a","time":"2026-11-22T07:30:14.999Z","datacontenttype":"application/json","ticksize":1,"data":{"photoUrl":"https://cdn2.thecatapi.com/images/a.jpg","userId":"user-1"}}
            """);
    }

    [Fact]
    public void Every_event_of_a_simulated_tick_keeps_the_contract()
    {
        var gallery = Gallery(30);
        var interactions = Simulator(rate: 1_000).Simulate(ATick, gallery);
        using var events = EventWriter.Write(ATick, gallery, interactions.AsSpan());

        events.Count.ShouldBe(interactions.Length);
        for (var i = 0; i < events.Count; i++)
        {
            var expected = interactions[i];
            var photo = gallery.Photos[expected.Photo].Photo;
            using var json = JsonDocument.Parse(events[i].Value);
            var root = json.RootElement;
            var data = root.GetProperty("data");

            events[i].Key.ShouldBeSameAs(photo.Id);
            Names(root).ShouldBe([
                "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "ticksize", "data"]);
            Names(data).ShouldBe(
                photo.Breed is null ? ["photoUrl", "userId"] : ["photoUrl", "breed", "userId"]);

            root.GetProperty("specversion").GetString().ShouldBe("1.0");
            root.GetProperty("id").GetString().ShouldBe($"20261122T073015000Z-{i}");
            root.GetProperty("source").GetString().ShouldBe("/catfunctions/simulator");
            root.GetProperty("type").GetString().ShouldBe(
                expected.Kind == InteractionKind.Viewed ? "catfunctions.photo.viewed" : "catfunctions.photo.liked");
            root.GetProperty("subject").GetString().ShouldBe(photo.Id);
            DateTimeOffset.ParseExact(
                root.GetProperty("time").GetString()!,
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal).ShouldBe(expected.Time);
            root.GetProperty("datacontenttype").GetString().ShouldBe("application/json");
            root.GetProperty("ticksize").GetInt32().ShouldBe(interactions.Length);
            data.GetProperty("photoUrl").GetString().ShouldBe(photo.Url);
            data.GetProperty("userId").GetString().ShouldBe($"user-{expected.UserId}");
            if (photo.Breed is not null)
            {
                data.GetProperty("breed").GetString().ShouldBe(photo.Breed);
            }
        }
    }

    /// <summary>
    /// Pins the bytes of a tick: they may change with the model, on purpose and never otherwise, because a tick that a
    /// host runs twice, before and after an update, must give the same events.
    /// </summary>
    [Fact]
    public void The_bytes_of_a_tick_never_change_unless_the_model_does()
    {
        var gallery = Gallery(12);
        using var events = EventWriter.Write(ATick, gallery, Simulator(seed: 42).Simulate(ATick, gallery).AsSpan());

        events.Count.ShouldBe(220);
        Text(events[0]).ShouldBe(
            """
            {"specversion":"1.0","id":"20261122T073015000Z-0","source":"/catfunctions/simulator","type":"catfunctions.photo.viewed","subject":"cat-4","time":"2026-11-22T07:30:10.012Z","datacontenttype":"application/json","ticksize":220,"data":{"photoUrl":"https://cdn2.thecatapi.com/images/cat-4.jpg","breed":"Breed 4","userId":"user-7809"}}
            """);
        Text(events[219]).ShouldBe(
            """
            {"specversion":"1.0","id":"20261122T073015000Z-219","source":"/catfunctions/simulator","type":"catfunctions.photo.viewed","subject":"cat-9","time":"2026-11-22T07:30:14.999Z","datacontenttype":"application/json","ticksize":220,"data":{"photoUrl":"https://cdn2.thecatapi.com/images/cat-9.jpg","userId":"user-1"}}
            """);
        Sha256(events).ShouldBe("69b0ebfb3cd2cb8a59896c6d02233e44316758e5d27e915a7c06c59880b03615");
    }

    [Fact]
    public void The_bytes_of_a_moment_and_of_late_events_are_the_same_in_every_culture_and_time_zone()
    {
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (odd.NumberFormat.NegativeSign, odd.NumberFormat.NumberDecimalSeparator) = ("minus ", ",");
        (odd.DateTimeFormat.TimeSeparator, odd.DateTimeFormat.DateSeparator) = (".", " ");
        CultureInfo.CurrentCulture = odd;
        var simulator = new Simulator(Options.Create(new SimulationOptions { Seed = 42, Rhythm = 1, LateShare = 0.1 }));
        var gallery = new Gallery([.. Gallery(12).Photos.Select(shown => shown with { AddedAt = Now.AddHours(-2) })]);
        var viral = Enumerable.Range(0, 600).Select(minute => Now.AddMinutes(minute)).First(time => !simulator.MomentsAt(time, gallery).IsEmpty);
        var tick = ATick with { ScheduledTime = viral.ToOffset(TimeSpan.FromHours(9)) };

        using var events = EventWriter.Write(tick, gallery, simulator.Simulate(tick, gallery).AsSpan());

        events.Select(one => CatEvent.TryReadPlain(one.Value.Span[1..], out var read) ? read.Id.ToString() : "").ShouldBe(
            Enumerable.Range(0, events.Count).Select(i => new EventId(tick.ScheduledTime, i).ToString()));
        Sha256(events).ShouldBe("ecdb6efc107d3d97f74df1e55443cc561701d3580ea1ae48843cbd78f0d98107");
    }

    [Fact]
    public void A_tick_in_another_time_zone_has_its_id_in_UTC()
    {
        var tick = ATick with { ScheduledTime = new DateTimeOffset(2026, 1, 1, 1, 0, 0, 7, TimeSpan.FromHours(2)) };
        var view = new Interaction(InteractionKind.Viewed, Photo: 0, UserId: 1, tick.Start);

        using var events = EventWriter.Write(tick, Gallery(1), [view]);

        using var json = JsonDocument.Parse(events[0].Value);
        json.RootElement.GetProperty("id").GetString().ShouldBe("20251231T230000007Z-0");
        json.RootElement.GetProperty("time").GetString().ShouldBe("2025-12-31T22:59:55.007Z");
    }

    [Theory]
    [InlineData("\"},{\"x\":\"")]
    [InlineData("back\\slash/slash")]
    [InlineData("line\nfeed\r\nand\ttab")]
    [InlineData("\u2028 \u2029 \u0085 \0 \u001b \u007f")]
    [InlineData("</script><!-- & ' + ` -->")]
    [InlineData("Норвежская лесная кошка 猫 🐈")]
    [InlineData("{0} %s \ufeff\u202e")]
    [InlineData("")]
    public void Hostile_text_comes_back_as_it_was(string hostile)
    {
        var gallery = new Gallery([new GalleryPhoto(new CatPhoto(hostile, hostile, hostile), Now)]);
        var view = new Interaction(InteractionKind.Viewed, Photo: 0, UserId: 1, ATick.Start);

        using var events = EventWriter.Write(ATick, gallery, [view]);

        events[0].Key.ShouldBe(hostile);
        events[0].Value.ToArray().ShouldAllBe(octet => octet >= 0x20);
        Text(events[0]).ShouldNotContain('\u2028');
        using var json = JsonDocument.Parse(events[0].Value);
        json.RootElement.GetProperty("subject").GetString().ShouldBe(hostile);
        json.RootElement.GetProperty("data").GetProperty("photoUrl").GetString().ShouldBe(hostile);
        json.RootElement.GetProperty("data").GetProperty("breed").GetString().ShouldBe(hostile);
        Names(json.RootElement.GetProperty("data")).Length.ShouldBe(3);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_written_as_a_replacement_character()
    {
        var photo = new CatPhoto("a", "https://example.com/", "half \ud83d of a pair");
        var view = new Interaction(InteractionKind.Viewed, Photo: 0, UserId: 1, ATick.Start);

        using var events = EventWriter.Write(ATick, new Gallery([new GalleryPhoto(photo, Now)]), [view]);

        using var json = JsonDocument.Parse(events[0].Value);
        json.RootElement.GetProperty("data").GetProperty("breed").GetString().ShouldBe("half \ufffd of a pair");
    }

    [Fact]
    public void Addresses_and_letters_of_the_world_are_not_escaped()
    {
        var photo = new CatPhoto("a", "https://example.com/?a=1&b='2'+3", "Норвежская лесная 猫");
        var view = new Interaction(InteractionKind.Viewed, Photo: 0, UserId: 1, ATick.Start);

        using var events = EventWriter.Write(ATick, new Gallery([new GalleryPhoto(photo, Now)]), [view]);

        Text(events[0]).ShouldContain(
            """
            {"photoUrl":"https://example.com/?a=1&b='2'+3","breed":"Норвежская лесная 猫",
            """);
    }

    [Fact]
    public void The_longest_photo_that_TheCatAPI_may_give_is_written_whole_and_within_the_limits_of_an_event()
    {
        const string Start = "https://example.com/";
        var expected = new CatPhoto(new string('a', 64), Start + new string('x', 2_048 - Start.Length), new string('猫', 85));
        var answer = $$"""[{"id":"{{expected.Id}}","url":"{{expected.Url}}","breeds":[{"name":"{{expected.Breed}}"}]}]""";
        var photo = CatApiReader.Read(Encoding.UTF8.GetBytes(answer)).Photos.ShouldHaveSingleItem();
        var view = new Interaction(InteractionKind.Viewed, Photo: 0, UserId: int.MaxValue, ATick.Start);

        using var events = EventWriter.Write(ATick, new Gallery([new GalleryPhoto(photo, Now)]), [view, view, view]);

        photo.ShouldBe(expected);
        foreach (var produced in events)
        {
            CatEvent.TryReadPlain(produced.Value.Span[1..], out var read).ShouldBeTrue();
            Encoding.UTF8.GetString(read.Subject).ShouldBe(expected.Id);
            Encoding.UTF8.GetString(read.PhotoUrl).ShouldBe(expected.Url);
            Encoding.UTF8.GetString(read.Breed).ShouldBe(expected.Breed);
        }
    }

    [Fact]
    public void A_tick_without_interactions_has_no_events()
    {
        using var events = EventWriter.Write(ATick, Gallery(3), []);

        events.ShouldBeEmpty();
    }

    [Fact]
    public void A_tick_allocates_less_than_100_bytes_per_event()
    {
        var simulator = Simulator(rate: 2_000);
        var gallery = Gallery(50);
        GenerateAndDispose();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = GenerateAndDispose();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        count.ShouldBeGreaterThan(9_000);
        ((double)allocated / count).ShouldBeLessThan(100);

        int GenerateAndDispose()
        {
            using var events = EventWriter.Write(ATick, gallery, simulator.Simulate(ATick, gallery).AsSpan());
            return events.Count;
        }
    }

    private static Gallery Gallery(int count) =>
        new([.. Enumerable.Range(0, count).Select(i => new GalleryPhoto(
            Galleries.Photo($"cat-{i}", i % 3 == 0 ? null : $"Breed {i % 5}"),
            Now.AddMinutes(-i)))]);

    private static Simulator Simulator(double rate = 50, long seed = 0) =>
        new(Options.Create(new SimulationOptions { EventsPerSecond = rate, Seed = seed }));

    private static string Sha256(TickEvents events) =>
        Convert.ToHexStringLower(SHA256.HashData(events.SelectMany(x => x.Value.ToArray()).ToArray()));

    private static string Text(OutgoingEvent produced) => Encoding.UTF8.GetString(produced.Value.Span);

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(x => x.Name)];
}
