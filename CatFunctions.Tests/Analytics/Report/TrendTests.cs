using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics.Report;

public sealed class TrendTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);
    private static readonly SegmentName Events = new(LogKind.Events, SegmentName.HourOf(Now), 0, 1, 0);

    [Theory]
    [InlineData(AnalyticsWindow.QuarterHour)]
    [InlineData(AnalyticsWindow.All)]
    public void A_photo_rises_when_it_is_viewed_far_more_than_usual_and_the_reason_says_so(AnalyticsWindow window)
    {
        var rising = Trending(window, [.. Minutes(2, 30, "steady", 100), .. Minutes(2, 30, "star", 5), .. Minutes(0, 1, "steady", 100), .. Minutes(0, 1, "star", 90)]);

        var star = rising.ShouldHaveSingleItem();
        star.PhotoId.ShouldBe("star");

        // Of 380 views 18.1 would be usual.
        star.Score.ShouldBe((180 + 20) / (5 / 105.0 * 380 + 20), tolerance: 1e-9);
        star.Reason.ShouldBe("5 × its usual");
    }

    [Fact]
    public void The_one_that_rises_most_comes_first()
    {
        var rising = Trending(AnalyticsWindow.Hour,
        [
            .. Minutes(0, 30, "steady", 200), .. Minutes(2, 30, "star", 5), .. Minutes(0, 1, "star", 60),
            .. Minutes(2, 30, "comet", 5), .. Minutes(0, 1, "comet", 120),
        ]);

        rising.Select(photo => photo.PhotoId).ShouldBe(["comet", "star"]);
    }

    [Fact]
    public void Nothing_rises_because_everything_does() =>
        Trending(AnalyticsWindow.Hour, [.. Minutes(2, 30, "a", 10), .. Minutes(2, 30, "b", 20), .. Minutes(0, 1, "a", 100), .. Minutes(0, 1, "b", 200)])
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_rises_when_events_come_again_after_an_outage() =>
        Trending(AnalyticsWindow.Hour, [.. Minutes(20, 50, "a", 30), .. Minutes(20, 50, "b", 60), .. Minutes(0, 1, "a", 30), .. Minutes(0, 1, "b", 60)])
            .ShouldBeEmpty();

    [Fact]
    public void A_few_views_more_are_chance() =>
        Trending(AnalyticsWindow.Hour, [.. Minutes(0, 30, "steady", 100), .. Minutes(2, 30, "quiet", 1), .. Minutes(0, 1, "quiet", 5)])
            .ShouldBeEmpty();

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    public void A_photo_has_a_usual_once_it_was_on_show_for_five_minutes_before(int since, int rising) =>
        Trending(AnalyticsWindow.Hour, [.. Minutes(0, 30, "steady", 100), .. Minutes(2, since, "new", 10), .. Minutes(0, 1, "new", 90)])
            .Count.ShouldBe(rising);

    [Fact]
    public void What_is_usual_is_told_by_the_time_since_the_photo_came() =>
        Trending(AnalyticsWindow.Hour, [.. Minutes(0, 50, "steady", 100), .. Minutes(0, 8, "new", 100)]).ShouldBeEmpty();

    [Fact]
    public void Nothing_rises_while_no_events_come()
    {
        TestEvent[] events = [.. Minutes(2, 30, "steady", 100), .. Minutes(2, 30, "star", 5), .. Minutes(0, 1, "steady", 100), .. Minutes(0, 1, "star", 90)];

        Trending(AnalyticsWindow.Hour, events, now: Now.AddSeconds(39)).ShouldNotBeEmpty();
        Trending(AnalyticsWindow.Hour, events, now: Now.AddSeconds(60)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1.75, "1.8 × its usual")]
    [InlineData(2.04, "2 × its usual")]
    [InlineData(4.6, "5 × its usual")]
    [InlineData(17.2, "17 × its usual")]
    public void The_reason_is_the_score_in_words(double score, string reason) => Trend.Describe(score).ShouldBe(reason);

    [Fact]
    public void Nothing_rises_until_all_that_is_usual_was_read()
    {
        TestEvent[] events = [.. Minutes(0, 30, "steady", 100), .. Minutes(2, 30, "star", 5), .. Minutes(0, 1, "star", 90)];

        Trending(AnalyticsWindow.Hour, events, readFrom: SegmentName.HourOf(Now)).ShouldBeEmpty();
        Trending(AnalyticsWindow.Hour, events, readFrom: SegmentName.HourOf(Now).AddHours(-1)).ShouldHaveSingleItem();
    }

    /// <summary>So many views of a photo in each of some minutes, given by their ages.</summary>
    private static IEnumerable<TestEvent> Minutes(int first, int last, string photo, int views) =>
        from age in Enumerable.Range(first, last - first + 1)
        from view in Enumerable.Range(0, views)
        select new TestEvent(Now.AddMinutes(-age), photo, $"user-{view}", Tick: Now);

    private static IReadOnlyList<RankedPhoto> Trending(AnalyticsWindow window, TestEvent[] events, DateTimeOffset? now = null, DateTimeOffset readFrom = default)
    {
        var time = now ?? Now;
        var analytics = new AnalyticsState(time) { ReadFrom = readFrom };
        var lines = string.Concat(events.Select((one, i) => (one with { Index = i, TickSize = events.Length }).ToLine(0, i) + "\n"));
        analytics.AddEvents(Events, Encoding.UTF8.GetBytes(lines));
        return Reports.Of(analytics, window, time).Leaderboards.Trending;
    }
}
