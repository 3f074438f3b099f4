using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics.Report;

public sealed class ReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 59, TimeSpan.Zero);
    private static readonly DateTime Minute = new(2026, 11, 22, 7, 30, 0, DateTimeKind.Utc);

    [Fact]
    public void A_window_is_compared_with_the_period_of_the_same_length_before()
    {
        var report = Report(
            [
                .. Views("a", 3, ago: 1), .. Views("b", 2, ago: 1),
                .. Views("b", 4, ago: 16), .. Views("a", 1, ago: 29), new TestEvent(Now.AddMinutes(-20), "a", "user-0", IsLike: true),
                .. Views("c", 9, ago: 40),
            ],
            AnalyticsWindow.QuarterHour);

        report.Previous.ShouldBe(new PreviousTotals(Minute.AddMinutes(-29), Minute.AddMinutes(-14), 5, 1, 0.2, 4));
        report.Leaderboards.MostViewed.Select(photo => (photo.PhotoId, photo.PreviousRank)).ShouldBe([("a", 2), ("b", 1)]);
        report.Timeline.Buckets.Select(bucket => bucket.PreviousViews).ShouldBe([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
        report.Since.ShouldBeNull();
    }

    [Fact]
    public void A_log_that_does_not_reach_back_is_compared_with_nothing_and_says_since_when_it_is()
    {
        var report = Report([.. Views("a", 3, ago: 1), .. Views("b", 2, ago: 20)], AnalyticsWindow.QuarterHour);
        report.Previous.ShouldBeNull();
        report.Since.ShouldBeNull();
        report.Timeline.Buckets.ShouldAllBe(bucket => bucket.PreviousViews == null);
        report.Leaderboards.MostViewed.ShouldAllBe(photo => photo.PreviousRank == null);

        Report([.. Views("a", 3, ago: 1), .. Views("b", 2, ago: 20)], AnalyticsWindow.Hour).Since.ShouldBe(Minute.AddMinutes(-20));
        Report([.. Views("a", 3, ago: 1)], AnalyticsWindow.All).Since.ShouldBeNull();
    }

    [Theory]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(24 * 60)]
    public void The_period_before_any_window_is_known_to_its_first_minute(int minutes)
    {
        var window = Enum.GetValues<AnalyticsWindow>().Single(window => window.MinutesOf() == minutes);

        var report = Report([.. Views("a", 1, ago: (2 * minutes) - 1), .. Views("a", 2, ago: 0)], window);

        report.Previous!.Views.ShouldBe(1);
    }

    [Theory]
    [InlineData(AnalyticsWindow.QuarterHour)]
    [InlineData(AnalyticsWindow.Hour)]
    public void At_a_constant_rate_a_window_neither_rises_nor_falls_when_a_minute_begins(AnalyticsWindow window)
    {
        var seconds = 60 * window.MinutesOf()!.Value;
        var start = Now.AddMinutes(-2).AddSeconds(-2 * seconds);
        var fold = new AnalyticsState(start);
        var sampled = 0;
        for (var now = start; now < Now.AddMinutes(2); now = now.AddSeconds(1))
        {
            fold.AdvanceTo(now);
            var second = (now - start).TotalSeconds;
            Add(fold, [new(now, "a", $"user-{second}"), new(now.AddSeconds(.5), "b", $"user-{second}"), new(now.AddSeconds(.5), "a", $"user-{second}", IsLike: true)], now);
            if (now < Now)
            {
                continue;
            }

            var report = Reports.Of(fold, window, now);
            var expected = new WindowTotals(2 * seconds, seconds, 0.5, seconds, true) { UniqueLikers = seconds };
            report.Totals.ShouldBe(expected);
            report.IsExact.ShouldBe(now.Second == 59);
            report.From.ShouldBe(now.AddSeconds(1 - seconds).UtcDateTime);
            report.Previous.ShouldBe(new PreviousTotals(
                now.AddSeconds(1 - (2 * seconds)).UtcDateTime, report.From!.Value, 2 * seconds, seconds, 0.5, seconds));
            report.Timeline.Buckets.Sum(bucket => bucket.Views).ShouldBe(2 * seconds);
            report.Timeline.Buckets.ShouldAllBe(bucket => bucket.Views == bucket.PreviousViews);
            report.Leaderboards.MostViewed.ShouldAllBe(photo => photo.Views == seconds);
            sampled++;
        }

        sampled.ShouldBe(120);
    }

    [Fact]
    public void Likes_are_told_by_view_and_by_viewer()
    {
        var fan = Enumerable.Range(0, 8).Select(_ => new TestEvent(Now, "a", "fan"));
        var report = Report(
            [.. fan, new TestEvent(Now, "a", "fan", IsLike: true), new TestEvent(Now, "a", "fan", IsLike: true), .. Views("a", 2, ago: 1)],
            AnalyticsWindow.QuarterHour);

        var totals = report.Totals;
        (totals.LikeRate, totals.UniqueViewers, totals.UniqueLikers, totals.Conversion).ShouldBe((0.2, 3, 1, 1 / 3.0));
        (totals.LikeRateLow, totals.LikeRateHigh).ShouldBe(WilsonScore.Interval(2, 10));
    }

    [Fact]
    public void Everything_can_be_of_one_breed()
    {
        TestEvent[] events =
        [
            .. Views("a", 3, ago: 1), .. Views("a", 1, ago: 20),
            .. Views("b", 5, ago: 1).Select(one => one with { Breed = "Birman" }), .. Views("b", 2, ago: 40).Select(one => one with { Breed = "Birman" }),
            new TestEvent(Now, "b", "user-1", IsLike: true, Breed: "Birman"), .. Views("c", 7, ago: 2).Select(one => one with { Breed = null }),
        ];

        foreach (var window in (AnalyticsWindow[])[AnalyticsWindow.Hour, AnalyticsWindow.All])
        {
            var report = Reports.Of(Fold(events), new AnalyticsQuery(window) { Breed = "Birman" }, Now);

            (report.Totals.Views, report.Totals.Likes, report.Totals.UniqueViewers, report.Totals.UniqueLikers).ShouldBe((7, 1, 5, 1));
            report.Leaderboards.MostViewed.ShouldHaveSingleItem().PhotoId.ShouldBe("b");
            report.Timeline.Buckets.Sum(bucket => bucket.Views).ShouldBe(7);
            report.Breeds.ShouldHaveSingleItem().Breed.ShouldBe("Birman");
            report.Recent.ShouldAllBe(one => one.PhotoId == "b");
            report.Health.Recorded.ShouldBe(19);
        }

        Reports.Of(Fold(events), new AnalyticsQuery(AnalyticsWindow.All) { Breed = "Sphynx" }, Now).Totals.Views.ShouldBe(0);
    }

    [Fact]
    public void The_newest_events_come_first()
    {
        var events = Enumerable.Range(0, 1000).Select(i => new TestEvent(Now.AddSeconds(-i % 997), $"cat-{i}", IsLike: i % 2 == 0));

        var recent = Report([.. events], AnalyticsWindow.Hour).Recent;

        recent.Count.ShouldBe(30);
        recent.Select(one => one.Time).ShouldBe(recent.Select(one => one.Time).OrderDescending());
        recent.Take(2).Select(one => (one.PhotoId, one.Type)).ShouldBe([("cat-0", "like"), ("cat-997", "view")]);
    }

    [Fact]
    public void Breeds_that_are_not_listed_are_counted()
    {
        var events = Enumerable.Range(0, 130).Select(i => new TestEvent(Now, $"cat-{i}", Breed: $"breed {i}"));

        var report = Report([.. events], AnalyticsWindow.Hour);

        (report.Breeds.Count, report.BreedCount).ShouldBe((100, 130));
        report.Limits.ShouldHaveSingleItem().ShouldBe("Of 130 breeds, the 100 most viewed are listed.");
    }

    [Theory]
    [InlineData(AnalyticsWindow.Hour)]
    [InlineData(AnalyticsWindow.All)]
    public void A_time_without_events_is_marked_as_an_outage_and_a_quiet_minute_is_not(AnalyticsWindow window)
    {
        var everyMinute = Enumerable.Range(0, 30).Where(age => age is < 5 or > 21).SelectMany(age => Views("a", 1, age))
            .Select(one => one with { Tick = one.Time });

        var mark = Report([.. everyMinute], window).Timeline.Marks.ShouldHaveSingleItem();

        mark.ShouldBe(new TimelineMark(Minute.AddMinutes(-21), Minute.AddMinutes(-4), TimelineMarkKind.Outage, "No event for 17 min"));
    }

    [Fact]
    public void An_outage_of_hours_is_marked_on_the_whole_log()
    {
        var hours = Enumerable.Range(0, 100).Where(age => age is < 60 or > 65).SelectMany(age => Views("a", 1, age * 60));
        var fold = new AnalyticsState(Now);
        foreach (var one in hours)
        {
            Add(fold, [one], one.Time);
        }

        var mark = Reports.Of(fold, AnalyticsWindow.All, Now).Timeline.Marks.ShouldHaveSingleItem();

        mark.Text.ShouldBe("No event for 6 h");
        mark.From.ShouldBe(Minute.AddMinutes(-30).AddHours(-65));
    }

    [Fact]
    public void Ticks_with_missing_events_are_marked()
    {
        var fold = Fold([.. Enumerable.Range(0, 6).Select(age => new TestEvent(
            Now.AddMinutes(-age), Tick: Now.AddMinutes(-age), TickSize: age == 4 ? 3 : 1))]);

        var mark = Reports.Of(fold, AnalyticsWindow.Hour, Now).Timeline.Marks.ShouldHaveSingleItem();

        (mark.Kind, mark.Text, mark.From).ShouldBe((TimelineMarkKind.Missing, "2 events missing", Now.AddMinutes(-4).UtcDateTime));
    }

    [Fact]
    public void While_the_log_is_read_nothing_is_called_missing_or_stale()
    {
        var fold = Fold([.. Enumerable.Range(0, 6).Select(age => new TestEvent(
            Now.AddMinutes(-9 - age), Tick: Now.AddMinutes(-9 - age), TickSize: age == 4 ? 3 : 1))]);
        var pending = new Dictionary<DateTimeOffset, int> { [Now.AddMinutes(-30)] = 100 };
        fold.ReadFrom = new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);
        var health = Reports.Health(fold, Now, pending, new LogReading(0.429, fold.ReadFrom));

        AnalyticsReport Report(AnalyticsWindow window) =>
            ReportBuilder.Build(fold, LogCoverage.Of(fold, Now), new AnalyticsQuery(window), health, Now);

        health.State.ShouldBe(PipelineState.Waiting);
        health.Reading.ShouldBe(new LogReading(0.42, fold.ReadFrom));
        health.Faults.ShouldBeEmpty();
        (health.Missing, health.InFlight, health.Produced, health.LagSeconds).ShouldBe((0, 0, 6, null));
        health.IncompleteTicks.ShouldBeEmpty();
        Report(AnalyticsWindow.QuarterHour).IsRead.ShouldBeTrue();
        var hour = Report(AnalyticsWindow.Hour);
        (hour.IsRead, hour.Since, hour.Previous).ShouldBe((false, null, null));
        hour.Timeline.Marks.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_new_and_was_not_read_yet_is_not_called_stale()
    {
        var fold = Fold([new TestEvent(Now.AddSeconds(-70)), new TestEvent(Now.AddSeconds(-65))]);

        HealthBuilder Health(DateTimeOffset readUntil) => new(fold, null, readUntil, null, null, false, Now);

        Health(Now).Build().State.ShouldBe(PipelineState.Stale);
        Health(Now.AddSeconds(-60)).Build().State.ShouldBe(PipelineState.Healthy);
    }

    [Fact]
    public void Faults_are_told_worst_first_with_their_time_and_what_helps()
    {
        var fold = Fold([.. Enumerable.Range(3, 6).Select(age => new TestEvent(
            Now.AddMinutes(-age), Tick: Now.AddMinutes(-age), TickSize: age == 6 ? 3 : 1))]);
        var pending = new Dictionary<DateTimeOffset, int> { [Now.AddMinutes(-10)] = 10 };

        var health = Reports.Health(fold, Now, pending);

        health.State.ShouldBe(PipelineState.Degraded);
        health.Faults.Select(fault => (fault.Kind, fault.Since)).ShouldBe([
            (PipelineFaultKind.Missing, Now.AddMinutes(-6).UtcDateTime),
            (PipelineFaultKind.Stuck, Now.AddMinutes(-10).UtcDateTime),
            (PipelineFaultKind.Stale, Now.AddMinutes(-3).UtcDateTime),
        ]);
        health.Faults.ShouldAllBe(fault => fault.Help.Length > 0);
        health.Message.ShouldBe(string.Join("; ", health.Faults.Select(fault => fault.Text)));
        health.Produced.ShouldBe(6 + 10 + 2);
    }

    [Fact]
    public void A_range_is_whole_minutes_and_ends_with_the_current_one()
    {
        var report = Reports.Of(
            Fold([.. Views("a", 1, ago: 9), .. Views("a", 2, ago: 10), .. Views("a", 4, ago: 20), .. Views("a", 8, ago: 21)]),
            new AnalyticsQuery(null) { From = Now.AddMinutes(-20).AddSeconds(-20), To = Now.AddMinutes(-10) },
            Now);

        (report.Window, report.From, report.To).ShouldBe((null, Minute.AddMinutes(-20), Minute.AddMinutes(-9)));
        (report.Totals.Views, report.Totals.UniqueViewers, report.Totals.UniqueViewersExact).ShouldBe((6, 4, true));
        Reports.Of(Fold([.. Views("a", 1, ago: 0)]), new AnalyticsQuery(null) { From = Now.AddMinutes(-1), To = Now.AddDays(1) }, Now)
            .To.ShouldBe(Minute.AddMinutes(1));
    }

    private static AnalyticsReport Report(TestEvent[] events, AnalyticsWindow window) => Reports.Of(Fold(events), window, Now);

    private static IEnumerable<TestEvent> Views(string photo, int count, int ago) =>
        Enumerable.Range(0, count).Select(i => new TestEvent(Now.AddMinutes(-ago), photo, $"user-{i}"));

    private static AnalyticsState Fold(TestEvent[] events)
    {
        var fold = new AnalyticsState(Now);
        Add(fold, events, Now);
        return fold;
    }

    private static void Add(AnalyticsState fold, TestEvent[] events, DateTimeOffset recorded) => fold.AddEvents(
        new SegmentName(LogKind.Events, SegmentName.HourOf(recorded), 0, 1, 0),
        Encoding.UTF8.GetBytes(string.Concat(events.Select((one, i) => (one with { Tick = one.Tick ?? one.Time.AddMilliseconds(i) }).ToLine(0, i) + "\n"))));
}
