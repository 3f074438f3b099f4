using CatFunctions.Core.Photos;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Tests.Photos;

public sealed class GalleryRefresherTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AMoment = TimeSpan.FromTicks(1);

    private readonly ManualTimeProvider _clock = new(Start);
    private readonly ScriptedSource _source = new();
    private readonly LogCollector _log = new();
    private readonly LoggerFactory _loggers;
    private readonly GalleryRefresher _keeper;

    public GalleryRefresherTests()
    {
        _loggers = new LoggerFactory([_log]);
        _keeper = Keeper();
    }

    public void Dispose()
    {
        _keeper.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task The_first_photos_are_waited_for()
    {
        var gallery = _keeper.GetAsync(CancellationToken.None);
        gallery.IsCompleted.ShouldBeFalse();

        _source.Give("a", "b");

        (await gallery).Photos.ShouldBe([
            new(new("a", "https://cats.example/a.jpg"), Start),
            new(new("b", "https://cats.example/b.jpg"), Start),
        ]);
    }

    [Fact]
    public async Task Concurrent_callers_refresh_once()
    {
        var callers = Enumerable.Range(0, 10).Select(_ => Task.Run(IdsAsync)).ToList();
        _source.Give("a");

        (await Task.WhenAll(callers)).ShouldAllBe(ids => ids == "a");
        _source.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task The_source_is_asked_again_when_the_interval_is_over_and_not_before()
    {
        _source.Give("a");
        await IdsAsync();

        _clock.Advance(Interval - AMoment);
        (await IdsAsync()).ShouldBe("a");
        _source.Asked.ShouldBe(1);

        _source.Give("b");
        _clock.Advance(AMoment);
        (await IdsAsync()).ShouldBe("b a");
        _source.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_source_that_hangs_holds_up_nobody_once_there_are_photos()
    {
        _source.Give("a");
        await IdsAsync();
        _clock.Advance(Interval);

        for (var tick = 0; tick < 100; tick++)
        {
            var gallery = _keeper.GetAsync(CancellationToken.None);
            gallery.IsCompleted.ShouldBeTrue();
            (await gallery).Photos.Length.ShouldBe(1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _source.Asked.ShouldBe(2);
        _source.Give("b");
        await Eventually.IsTrueAsync(async () => await IdsAsync() == "b a");
    }

    [Fact]
    public async Task The_gallery_goes_on_while_the_source_is_down_with_one_line_at_each_end()
    {
        _source.Give("a");
        await IdsAsync();
        _clock.Advance(Interval);

        for (var failure = 0; failure < 3; failure++)
        {
            _source.Fail("It is down.");
            (await IdsAsync()).ShouldBe("a");
            _clock.Advance(GalleryRefresher.FailurePause);
        }

        _source.Give("b");
        (await IdsAsync()).ShouldBe("b a");
        _source.Asked.ShouldBe(5);
        _log.Lines.ShouldBe([
            "Warning: It is down. Until new photos come, the gallery goes on with 1 earlier photos",
            "Information: New photos come again; the gallery shows 2 photos",
        ]);
    }

    [Fact]
    public async Task After_a_failure_the_source_is_left_alone_for_a_while()
    {
        _source.Give("a");
        await IdsAsync();
        _clock.Advance(Interval);
        _source.Fail();
        await IdsAsync();

        _clock.Advance(GalleryRefresher.FailurePause - AMoment);
        await IdsAsync();
        _source.Asked.ShouldBe(2);

        _clock.Advance(AMoment);
        await IdsAsync();
        _source.Asked.ShouldBe(3);
    }

    [Theory]
    [InlineData(600, 600)]
    [InlineData(5, 30)]
    [InlineData(86_400, 3_600)]
    public async Task A_source_that_asks_for_a_pause_gets_it_within_reason(int asked, int given)
    {
        _source.Give("a");
        await IdsAsync();
        _clock.Advance(Interval);
        _source.Fail(retryAfter: TimeSpan.FromSeconds(asked));
        await IdsAsync();

        _clock.Advance(TimeSpan.FromSeconds(given) - AMoment);
        await IdsAsync();
        _source.Asked.ShouldBe(2);

        _clock.Advance(AMoment);
        await IdsAsync();
        _source.Asked.ShouldBe(3);
    }

    [Fact]
    public async Task Without_any_photo_the_failure_is_the_callers_and_the_next_call_tries_again()
    {
        _source.Fail("It is down.");
        (await Should.ThrowAsync<PhotoSourceException>(IdsAsync)).Message.ShouldBe("It is down.");

        _source.Give("a");
        (await IdsAsync()).ShouldBe("a");
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_any_photo_a_pause_that_the_source_asked_for_still_holds()
    {
        _source.Fail("Come back later.", TimeSpan.FromMinutes(1));
        await Should.ThrowAsync<PhotoSourceException>(IdsAsync);

        (await Should.ThrowAsync<PhotoSourceException>(IdsAsync)).Message.ShouldBe("Come back later.");
        _source.Asked.ShouldBe(1);

        _source.Give("a");
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await IdsAsync()).ShouldBe("a");
    }

    [Fact]
    public async Task A_source_that_fails_in_an_unforeseen_way_does_not_end_the_gallery()
    {
        _source.Give("a");
        await IdsAsync();
        _clock.Advance(Interval);

        _source.Throw(new InvalidOperationException("A defect."));

        (await IdsAsync()).ShouldBe("a");
        _log.Lines.ShouldHaveSingleItem().ShouldContain("InvalidOperationException");
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_end_the_refresh_of_the_others()
    {
        using var impatient = new CancellationTokenSource();
        var first = _keeper.GetAsync(impatient.Token);
        var second = IdsAsync();

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);

        _source.Give("a");
        (await second).ShouldBe("a");
        _source.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task The_stand_in_is_shown_when_the_source_takes_too_long_and_leaves_when_it_answers()
    {
        using var keeper = Keeper(StandIn("x", "y"));
        var first = keeper.GetAsync(CancellationToken.None);

        _clock.Advance(GalleryRefresher.FirstPhotosTimeout - AMoment);
        first.IsCompleted.ShouldBeFalse();
        _clock.Advance(AMoment);
        Ids(await first).ShouldBe("x y");
        Ids(await keeper.GetAsync(CancellationToken.None)).ShouldBe("x y");

        _source.Give("a");
        await Eventually.IsTrueAsync(async () => Ids(await keeper.GetAsync(CancellationToken.None)) == "a");
        _source.Asked.ShouldBe(1);
        _log.Lines.ShouldBe([
            "Warning: No photo has come within 2 s. "
                + "Until new photos come, the gallery goes on with 2 photos of the bundled sample",
            "Information: New photos come again; the gallery shows 1 photos",
        ]);
    }

    [Fact]
    public async Task The_stand_in_is_shown_at_once_when_the_source_fails_and_leaves_when_it_answers()
    {
        using var keeper = Keeper(StandIn("x", "y"));
        _source.Fail("It is down.");

        Ids(await keeper.GetAsync(CancellationToken.None)).ShouldBe("x y");
        _source.Asked.ShouldBe(1);

        _source.Give("a");
        Ids(await keeper.GetAsync(CancellationToken.None)).ShouldBe("x y");
        _clock.Advance(GalleryRefresher.FailurePause);
        Ids(await keeper.GetAsync(CancellationToken.None)).ShouldBe("a");
        _log.Lines[0].ShouldBe(
            "Warning: It is down. Until new photos come, the gallery goes on with 2 photos of the bundled sample");
        _log.Lines.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_stand_in_does_not_come_back_when_photos_were_there()
    {
        using var keeper = Keeper(StandIn("x"));
        _source.Give("a");
        Ids(await keeper.GetAsync(CancellationToken.None)).ShouldBe("a");

        _source.Fail();
        _clock.Advance(Interval);

        Ids(await keeper.GetAsync(CancellationToken.None)).ShouldBe("a");
    }

    [Fact]
    public async Task Its_end_is_the_end_of_a_running_refresh()
    {
        var gallery = _keeper.GetAsync(CancellationToken.None);

        _keeper.Dispose();

        await Should.ThrowAsync<OperationCanceledException>(() => gallery);
    }

    private static Gallery StandIn(params string[] ids) =>
        Gallery.Empty.Add(ids.Select(id => new CatPhoto(id, $"sample:{id}")), Start);

    private static string Ids(Gallery gallery) => string.Join(' ', gallery.Photos.Select(photo => photo.Photo.Id));

    private async Task<string> IdsAsync() => Ids(await _keeper.GetAsync(CancellationToken.None));

    private GalleryRefresher Keeper(Gallery? standIn = null) => new(
        _source,
        Options.Create(new CatApiOptions { RefreshInterval = Interval }),
        _clock,
        _loggers.CreateLogger<GalleryRefresher>(),
        standIn);
}
