using Microsoft.Extensions.Logging.Testing;

namespace CatFunctions.Tests.Photos;

public sealed class GalleryRefresherTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AMoment = TimeSpan.FromTicks(1);

    private readonly FakeTimeProvider _clock = new(Start);
    private readonly ScriptedSource _source = new();
    private readonly FakeLogger<GalleryRefresher> _log = new();
    private readonly GalleryRefresher _refresher;

    public GalleryRefresherTests() => _refresher = Refresher();

    public void Dispose() => _refresher.Dispose();

    [Fact]
    public async Task The_first_photos_are_waited_for()
    {
        var gallery = _refresher.GetAsync(CancellationToken.None);
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
        await ShowUntilDueAsync();

        for (var tick = 0; tick < 100; tick++)
        {
            var gallery = _refresher.GetAsync(CancellationToken.None);
            gallery.IsCompleted.ShouldBeTrue();
            (await gallery).Photos.Length.ShouldBe(1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _source.Asked.ShouldBe(2);
        _source.Give("b");
        await Eventually.IsTrueAsync(async () => await IdsAsync() == "b a");
    }

    [Fact]
    public async Task The_gallery_stays_while_the_source_is_down_with_one_line_at_each_end()
    {
        await ShowUntilDueAsync();

        for (var failure = 0; failure < 3; failure++)
        {
            _source.Fail("It is down.");
            (await IdsAsync()).ShouldBe("a");
            _clock.Advance(GalleryRefresher.FailurePause);
        }

        _source.Give("b");
        (await IdsAsync()).ShouldBe("b a");
        _source.Asked.ShouldBe(5);
        _log.Collector.Lines().ShouldBe([
            "Warning: Fetching photos is failing: It is down. Meanwhile the gallery shows earlier photos. Trying again until it works.",
            "Information: Fetching photos works again after 00:01:30.",
        ]);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(600, 600)]
    [InlineData(5, 30)]
    [InlineData(86_400, 3_600)]
    public async Task After_a_failure_the_source_is_left_alone_for_a_while_or_as_long_as_it_asks_within_reason(int asked, int given)
    {
        await ShowUntilDueAsync();
        _source.Fail(retryAfter: asked == 0 ? null : TimeSpan.FromSeconds(asked));
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
        _log.Collector.Lines().ShouldBeEmpty();
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
        await ShowUntilDueAsync();

        _source.Throw(new InvalidOperationException("A defect."));

        (await IdsAsync()).ShouldBe("a");
        _log.Collector.Lines().ShouldHaveSingleItem().ShouldContain("InvalidOperationException");
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_end_the_refresh_of_the_others()
    {
        using var impatient = new CancellationTokenSource();
        var first = _refresher.GetAsync(impatient.Token);
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
        using var refresher = Refresher(StandIn("x", "y"));
        var first = refresher.GetAsync(CancellationToken.None);

        _clock.Advance(GalleryRefresher.FirstPhotosTimeout - AMoment);
        first.IsCompleted.ShouldBeFalse();
        _clock.Advance(AMoment);
        Ids(await first).ShouldBe("x y");
        Ids(await refresher.GetAsync(CancellationToken.None)).ShouldBe("x y");

        _source.Give("a");
        await Eventually.IsTrueAsync(async () => Ids(await refresher.GetAsync(CancellationToken.None)) == "a");
        _source.Asked.ShouldBe(1);
        _log.Collector.Lines().ShouldBe([
            "Warning: Fetching photos is failing: No photo has arrived within 2 s. "
                + "Meanwhile the gallery shows the bundled sample. Trying again until it works.",
            "Information: Fetching photos works again after 00:00:00.",
        ]);
    }

    [Fact]
    public async Task The_stand_in_is_shown_at_once_when_the_source_fails_and_leaves_when_it_answers()
    {
        using var refresher = Refresher(StandIn("x", "y"));
        _source.Fail("It is down.");

        Ids(await refresher.GetAsync(CancellationToken.None)).ShouldBe("x y");
        _source.Asked.ShouldBe(1);

        _source.Give("a");
        Ids(await refresher.GetAsync(CancellationToken.None)).ShouldBe("x y");
        _clock.Advance(GalleryRefresher.FailurePause);
        Ids(await refresher.GetAsync(CancellationToken.None)).ShouldBe("a");
        _log.Collector.Lines()[0].ShouldBe(
            "Warning: Fetching photos is failing: It is down. "
                + "Meanwhile the gallery shows the bundled sample. Trying again until it works.");
        _log.Collector.Lines().Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_stand_in_does_not_come_back_when_photos_were_there()
    {
        using var refresher = Refresher(StandIn("x"));
        _source.Give("a");
        Ids(await refresher.GetAsync(CancellationToken.None)).ShouldBe("a");

        _source.Fail();
        _clock.Advance(Interval);

        Ids(await refresher.GetAsync(CancellationToken.None)).ShouldBe("a");
    }

    [Fact]
    public async Task Disposing_it_ends_a_running_refresh()
    {
        var gallery = _refresher.GetAsync(CancellationToken.None);

        _refresher.Dispose();

        await Should.ThrowAsync<OperationCanceledException>(() => gallery);
    }

    /// <summary>Shows the photo <c>a</c> until the next refresh is due.</summary>
    private async Task ShowUntilDueAsync()
    {
        _source.Give("a");
        await IdsAsync();
        _clock.Advance(Interval);
    }

    private static Gallery StandIn(params string[] ids) =>
        Gallery.Empty.Add(ids.Select(id => new CatPhoto(id, $"sample:{id}")), Start);

    private static string Ids(Gallery gallery) => string.Join(' ', gallery.Photos.Select(photo => photo.Photo.Id));

    private async Task<string> IdsAsync() => Ids(await _refresher.GetAsync(CancellationToken.None));

    private GalleryRefresher Refresher(Gallery? standIn = null) => new(
        _source,
        Options.Create(new CatApiOptions { RefreshInterval = Interval }),
        _clock,
        _log,
        standIn);
}
