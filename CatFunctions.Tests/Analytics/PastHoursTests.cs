using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics;

public sealed class PastHoursTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 18, 7, 30, 15, TimeSpan.Zero);

    private readonly CatLog _log = new(Start);
    private readonly CountingStore _store;
    private readonly AnalyticsService _analytics;

    public PastHoursTests()
    {
        _store = new CountingStore(_log.Store);
        _analytics = new AnalyticsService(_store, _log.Clock);
    }

    public void Dispose()
    {
        _analytics.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_range_older_than_what_is_kept_is_read_from_the_log_and_nothing_else_is()
    {
        await RecordDaysAsync(4);

        var report = await AskAsync(Start.AddHours(24).AddMinutes(-5), hours: 2);

        report.IsRead.ShouldBeTrue();
        report.Totals.Views.ShouldBe(4);
        (report.Totals.UniqueViewers, report.Totals.UniqueViewersExact, report.Totals.UniqueLikers).ShouldBe((4, true, 1));
        report.Previous!.Views.ShouldBe(4);
        report.Timeline.Buckets.Sum(bucket => bucket.PreviousViews).ShouldBe(4);
        report.Recent.Count.ShouldBe(5);
        report.Leaderboards.Trending.ShouldBeEmpty();
        report.Health.Recorded.ShouldBe((2 * 24 * 4) + 1);

        var reads = _store.Reads;
        (await AskAsync(Start.AddHours(24).AddMinutes(-5), hours: 2)).Tag.ShouldBe(report.Tag);
        _store.Reads.ShouldBe(reads);
    }

    [Fact]
    public async Task Every_range_of_the_log_adds_up_to_what_all_of_it_does()
    {
        await RecordDaysAsync(4);

        var views = 0L;
        for (var from = Start.AddMinutes(-30); from < _log.Clock.GetUtcNow(); from = from.AddHours(24))
        {
            views += (await AskAsync(from, hours: 24)).Totals.Views;
        }

        views.ShouldBe((await _analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Totals.Views);
    }

    [Fact]
    public async Task Events_that_were_recorded_hours_late_are_in_their_range()
    {
        await _log.RecordAsync([new TestEvent(Start)]);
        _log.Clock.Advance(TimeSpan.FromHours(7));
        await _log.RecordAsync([new TestEvent(Start.AddMinutes(1), User: "late"), new TestEvent(_log.Clock.GetUtcNow())]);
        _log.Clock.Advance(TimeSpan.FromDays(3));

        (await AskAsync(Start.AddMinutes(-5), hours: 1)).Totals.Views.ShouldBe(2);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_is_an_error_and_is_read_again()
    {
        await RecordDaysAsync(4);
        await _analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None);
        _store.IsBroken = true;
        await AskAsync(Start.AddMinutes(-5), hours: 1).ShouldThrowAsync<EventLogException>();

        _store.IsBroken = false;

        (await AskAsync(Start.AddMinutes(-5), hours: 1)).Totals.Views.ShouldBe(2);
    }

    private Task<AnalyticsReport> AskAsync(DateTimeOffset from, int hours) =>
        _analytics.GetAsync(new AnalyticsQuery(null) { From = from, To = from.AddHours(hours) }, CancellationToken.None);

    /// <summary>Each hour two views at its half, and a like on the second day.</summary>
    private async Task RecordDaysAsync(int days)
    {
        for (var hour = 0; hour < days * 24; hour++)
        {
            var now = _log.Clock.GetUtcNow();
            await _log.RecordAsync([new TestEvent(now, User: $"one-{hour}"), new TestEvent(now.AddSeconds(1), User: $"two-{hour}")]);
            if (hour == 25)
            {
                await _log.RecordAsync([new TestEvent(now.AddSeconds(2), User: "fan", IsLike: true)]);
            }

            _log.Clock.Advance(TimeSpan.FromHours(1));
        }
    }
}
