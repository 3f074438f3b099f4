using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog.DeadLetters;

namespace CatFunctions.Tests.Analytics;

public sealed class AnalyticsStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 59, TimeSpan.Zero);
    private static readonly SegmentName Events = new(LogKind.Events, SegmentName.HourOf(Now), 0, 1, 0);
    private static readonly SegmentName DeadLetters = Events with { Log = LogKind.DeadLetters };

    [Fact]
    public void An_empty_log_is_an_empty_report()
    {
        var report = Report(new AnalyticsState(Now), AnalyticsWindow.All);

        report.Totals.ShouldBe(new WindowTotals(0, 0, 0, 0, true));
        report.Timeline.Buckets.ShouldBeEmpty();
        report.Leaderboards.MostViewed.ShouldBeEmpty();
        report.Breeds.ShouldBeEmpty();
        report.Health.State.ShouldBe(PipelineState.Waiting);
        report.Health.Message.ShouldBe("no events yet");
    }

    [Theory]
    [InlineData(AnalyticsWindow.QuarterHour, "07:16")]
    [InlineData(AnalyticsWindow.Hour, "06:31")]
    [InlineData(AnalyticsWindow.Day, "07:31")]
    public void A_window_is_whole_minutes_in_the_last_second_of_a_minute(AnalyticsWindow window, string from)
    {
        var first = Report(new AnalyticsState(Now), window).From!.Value;
        first.ToString("HH:mm", null).ShouldBe(from);

        var fold = Fold(
            new TestEvent(first.AddMilliseconds(-1), User: "too early"),
            new TestEvent(first, User: "first"),
            new TestEvent(Now.UtcDateTime.Date.AddHours(7).AddMinutes(30).AddMilliseconds(59_999), User: "last"),
            new TestEvent(Now.UtcDateTime.Date.AddHours(7).AddMinutes(31), User: "too late"));

        var report = Report(fold, window);
        report.Totals.ShouldBe(new WindowTotals(2, 0, 0, 2, true));
        report.Timeline.Buckets.Sum(bucket => bucket.Views).ShouldBe(2);
        Report(fold, AnalyticsWindow.All).Totals.Views.ShouldBe(4);
    }

    [Fact]
    public void A_window_moves_on_with_the_clock()
    {
        var fold = Fold(new TestEvent(Now));

        foreach (var (minutes, window, views) in new[]
        {
            (0, AnalyticsWindow.QuarterHour, 1), (14, AnalyticsWindow.QuarterHour, 1), (15, AnalyticsWindow.QuarterHour, 0),
            (59, AnalyticsWindow.Hour, 1), (60, AnalyticsWindow.Hour, 0),
            (1439, AnalyticsWindow.Day, 1), (1440, AnalyticsWindow.Day, 0), (1440, AnalyticsWindow.All, 1),
        })
        {
            var report = Report(fold, window, now: Now.AddMinutes(minutes));
            report.Totals.Views.ShouldBe(views);
            report.Totals.UniqueViewers.ShouldBe(views);
        }
    }

    [Fact]
    public void The_timeline_holds_every_minute_of_the_window_oldest_first()
    {
        var timeline = Report(Fold(new TestEvent(Now, IsLike: true), new TestEvent(Now.AddMinutes(-2))), AnalyticsWindow.QuarterHour).Timeline;

        timeline.BucketSeconds.ShouldBe(60);
        timeline.Buckets.Select(bucket => bucket.Start).ShouldBe(
            Enumerable.Range(16, 15).Select(minute => new DateTime(2026, 11, 22, 7, minute, 0, DateTimeKind.Utc)));
        timeline.Buckets[^1].ShouldBe(new TimelineBucket(new DateTime(2026, 11, 22, 7, 30, 0, DateTimeKind.Utc), 0, 1));
        timeline.Buckets[^3].Views.ShouldBe(1);
        timeline.Buckets.Count(bucket => bucket.Views + bucket.Likes > 0).ShouldBe(2);
    }

    [Fact]
    public void Late_events_and_events_out_of_order_land_in_their_own_minute()
    {
        var lines = Enumerable.Range(0, 60).Select(age => new TestEvent(Now.AddMinutes(-age))).ToArray();
        new Random(3).Shuffle(lines);

        Report(Fold(lines), AnalyticsWindow.Hour).Timeline.Buckets.ShouldAllBe(bucket => bucket.Views == 1);
    }

    [Fact]
    public void An_event_from_1970_counts_but_touches_no_window_and_no_chart()
    {
        var fold = Fold(new TestEvent(DateTimeOffset.UnixEpoch, User: "old"), new TestEvent(DateTimeOffset.MinValue.AddYears(1), User: "older"), new TestEvent(Now));

        Report(fold, AnalyticsWindow.Day).Totals.Views.ShouldBe(1);
        var all = Report(fold, AnalyticsWindow.All);
        all.Totals.ShouldBe(new WindowTotals(3, 0, 0, 3, true));
        all.Timeline.Buckets.ShouldBe([new TimelineBucket(new DateTime(2026, 11, 22, 7, 30, 0, DateTimeKind.Utc), 1, 0)]);
        all.Health.NewestEvent.ShouldBe(Now.UtcDateTime);
    }

    [Fact]
    public void An_event_from_the_future_waits_for_its_minute()
    {
        var fold = Fold(
            new TestEvent(Now),
            new TestEvent(Now.AddMinutes(10), User: "ahead", IsLike: true),
            new TestEvent(Now.AddMinutes(10), User: "ahead"),
            new TestEvent(new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero), User: "far ahead"));

        foreach (var window in Enum.GetValues<AnalyticsWindow>())
        {
            var report = Report(fold, window);
            report.Timeline.Buckets[^1].ShouldBe(new TimelineBucket(new DateTime(2026, 11, 22, 7, 30, 0, DateTimeKind.Utc), 1, 0));
            report.Health.NewestEvent.ShouldBe(Now.UtcDateTime);
            report.Totals.UniqueViewers.ShouldBe(window == AnalyticsWindow.All ? 3 : 1);
        }

        var later = Report(fold, AnalyticsWindow.QuarterHour, now: Now.AddMinutes(10));
        later.Totals.ShouldBe(new WindowTotals(2, 1, 0.5, 2, true) { UniqueLikers = 1 });
        later.Health.NewestEvent.ShouldBe(Now.AddMinutes(10).UtcDateTime);
    }

    [Fact]
    public void A_user_who_is_also_seen_in_the_future_is_still_a_viewer_of_now()
    {
        var fold = Fold(new TestEvent(Now.AddHours(2)), new TestEvent(Now));

        Report(fold, AnalyticsWindow.QuarterHour).Totals.UniqueViewers.ShouldBe(1);
    }

    [Theory]
    [InlineData(1, 60, 2)]
    [InlineData(199, 300, 41)]
    [InlineData(23 * 60, 900, 93)]
    [InlineData(3 * 24 * 60, 3600, 73)]
    [InlineData(400 * 24 * 60, 3 * 24 * 3600, 134)]
    public void The_chart_of_the_whole_log_has_buckets_as_fine_as_fit(int minutes, int bucketSeconds, int buckets)
    {
        var fold = new AnalyticsState(Now);
        foreach (var time in new[] { Now.AddMinutes(-minutes), Now })
        {
            fold.AddEvents(Events with { Hour = SegmentName.HourOf(time) }, Lines([new TestEvent(time)]));
        }

        var timeline = Report(fold, AnalyticsWindow.All).Timeline;

        timeline.BucketSeconds.ShouldBe(bucketSeconds);
        timeline.Buckets.Count.ShouldBeInRange(buckets, buckets + 1);
        timeline.Buckets.Count.ShouldBeLessThanOrEqualTo(TimelineBuilder.MaxBuckets);
        timeline.Buckets.Sum(bucket => bucket.Views).ShouldBe(2);
        timeline.Buckets[0].Views.ShouldBe(1);
        timeline.Buckets[^1].Views.ShouldBe(1);
        timeline.Buckets.Zip(timeline.Buckets.Skip(1), (left, right) => right.Start - left.Start)
            .ShouldAllBe(step => step == TimeSpan.FromSeconds(bucketSeconds));
    }

    [Fact]
    public void Leaderboards_rank_by_their_score_and_break_ties_by_views_likes_and_id()
    {
        var fold = Fold(
        [
            .. Views("often", 10, likes: 1), .. Views("loved", 5, likes: 5), .. Views("b", 2, likes: 0), .. Views("a", 2, likes: 0),
        ]);

        var boards = Report(fold, AnalyticsWindow.Hour, top: 3).Leaderboards;

        boards.MostViewed.Select(photo => photo.PhotoId).ShouldBe(["often", "loved", "a"]);
        boards.MostViewed[0].Score.ShouldBe(10);
        boards.MostLiked.Select(photo => (photo.PhotoId, photo.Score)).ShouldBe([("loved", 5), ("often", 1)]);
        boards.BestRated.Select(photo => (photo.PhotoId, photo.Score)).ShouldBe(
            [("loved", WilsonScore.Interval(5, 5).Low), ("often", WilsonScore.Interval(1, 10).Low)]);
        boards.BestRated[0].ShouldBe(new RankedPhoto(
            "loved", "https://cdn2.thecatapi.com/images/loved.jpg", "Abyssinian", 5, 5, 1, WilsonScore.Interval(5, 5).Low));
    }

    [Fact]
    public void Breeds_add_up_their_photos_and_photos_of_no_known_breed_are_in_none()
    {
        var fold = Fold(
            new TestEvent(Now, "one", Breed: "Bengal"),
            new TestEvent(Now, "two", Breed: "Bengal", IsLike: true),
            new TestEvent(Now, "three", Breed: "Abyssinian"),
            new TestEvent(Now, "four", Breed: null));

        Report(fold, AnalyticsWindow.Hour).Breeds.ShouldBe(
            [new BreedTotals("Bengal", 2, 1, 1, 1), new BreedTotals("Abyssinian", 1, 1, 0, 0)]);
    }

    [Fact]
    public void The_event_that_was_recorded_last_tells_what_a_photo_is()
    {
        var fold = Fold(new TestEvent(Now, Url: "https://example.org/old.jpg", Breed: "Bengal"), new TestEvent(Now.AddHours(-1), Url: "https://example.org/new.jpg", Breed: null));

        var photo = Report(fold, AnalyticsWindow.All).Leaderboards.MostViewed.ShouldHaveSingleItem();

        photo.PhotoUrl.ShouldBe("https://example.org/new.jpg");
        photo.Breed.ShouldBeNull();
    }

    [Fact]
    public void Hostile_texts_come_out_as_they_are()
    {
        const string Hostile = "\"'><script>alert('猫🐈')</script>\\u0041\n";

        var photo = Report(Fold(new TestEvent(Now, Hostile, Hostile, Breed: Hostile, Url: "javascript:" + Hostile)), AnalyticsWindow.All)
            .Leaderboards.MostViewed.ShouldHaveSingleItem();

        (photo.PhotoId, photo.PhotoUrl, photo.Breed).ShouldBe((Hostile, "javascript:" + Hostile, Hostile));
    }

    [Fact]
    public void Parts_that_were_folded_apart_and_merged_are_the_same_as_the_whole()
    {
        var random = new Random(11);
        var lines = Enumerable.Range(0, 3_000).Select(i => RandomLine(random, i)).ToArray();
        var whole = new AnalyticsState(Now);
        var parts = Enumerable.Range(0, 4).Select(_ => new AnalyticsState(Now)).ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            var segment = Events with { Partition = i % 3, Generation = 1 + (i / 2_000) };
            var line = Encoding.UTF8.GetBytes(lines[i].ToLine(i % 3, i / 3) + "\n");
            whole.AddEvents(segment, line);
            parts[random.Next(parts.Length)].AddEvents(segment, line);
        }

        var merged = new AnalyticsState(Now);
        foreach (var part in parts.Reverse())
        {
            merged.Merge(part);
        }

        foreach (var minutes in new[] { 0, 3, 200 })
        {
            foreach (var window in Enum.GetValues<AnalyticsWindow>())
            {
                Json(Report(merged, window, now: Now.AddMinutes(minutes))).ShouldBe(Json(Report(whole, window, now: Now.AddMinutes(minutes))));
            }
        }
    }

    [Fact]
    public void Missing_events_of_an_overtaken_tick_degrade_the_state_for_a_day()
    {
        var (tick, next) = (Now.AddSeconds(-65), Now.AddSeconds(-60));
        var fold = Fold(
            new TestEvent(Now, Tick: tick, TickSize: 4), new TestEvent(Now, Tick: next, TickSize: 2), new TestEvent(Now, Tick: Now, TickSize: 9));

        var health = Report(fold, AnalyticsWindow.All).Health;

        health.State.ShouldBe(PipelineState.Degraded);
        health.Message.ShouldBe($"3 events of tick {Tick.NameOf(tick)} missing");
        health.Missing.ShouldBe(3);
        health.IncompleteTicks.ShouldBe([new IncompleteTick(Tick.NameOf(tick), 3, 4)]);

        var tomorrow = Now.AddDays(1).AddMinutes(2);
        fold.AddEvents(Events, Lines([new TestEvent(tomorrow, Tick: tomorrow)]));
        var later = Report(fold, AnalyticsWindow.All, now: tomorrow).Health;
        later.State.ShouldBe(PipelineState.Healthy);
        later.Missing.ShouldBe(3 + 1 + 8);
    }

    [Theory]
    [InlineData(1, 0, 9)]
    [InlineData(1, 5, 0)]
    [InlineData(2, 0, 0)]
    public void Ticks_that_may_have_lost_events_with_deleted_hours_are_not_missing_any(int generation, long firstOffset, long missing)
    {
        var hour = SegmentName.HourOf(Now);
        var fold = new AnalyticsState(Now);
        foreach (var (tick, offset) in new[] { (hour.AddSeconds(-5), 0), (hour.AddMinutes(5), 1) })
        {
            var line = new TestEvent(tick, Tick: tick, TickSize: 10 - (9 * offset)).ToLine(0, firstOffset + offset);
            fold.AddEvents(Events with { Generation = generation }, Encoding.UTF8.GetBytes(line + "\n"));
        }

        Report(fold, AnalyticsWindow.All).Health.Missing.ShouldBe(missing);
    }

    [Fact]
    public void A_tick_from_the_future_overtakes_no_other()
    {
        var fold = Fold(new TestEvent(Now, Tick: Now, TickSize: 4), new TestEvent(Now, Tick: Now.AddYears(1000), TickSize: 1));

        Report(fold, AnalyticsWindow.All).Health.Missing.ShouldBe(0);
    }

    [Fact]
    public void A_new_tick_overtakes_those_before()
    {
        var fold = Fold(new TestEvent(Now, Tick: Now), new TestEvent(Now, Tick: Now.AddSeconds(5), TickSize: 2));

        fold.AdvanceTo(Now.AddDays(3));

        Report(fold, AnalyticsWindow.All).Health.Missing.ShouldBe(0);
        fold.AddEvents(Events, Lines([new TestEvent(Now.AddDays(3), Tick: Now.AddDays(3))]));
        Report(fold, AnalyticsWindow.All, now: Now.AddDays(3)).Health.Missing.ShouldBe(1);
    }

    [Fact]
    public void Dead_letters_degrade_the_state_for_a_day()
    {
        var fold = Fold(new TestEvent(Now));
        fold.AddDeadLetters(DeadLetters, "{}\n{}\n"u8);

        var health = Report(fold, AnalyticsWindow.All).Health;
        (health.State, health.Message, health.DeadLettered).ShouldBe((PipelineState.Degraded, "2 dead letters", 2));

        var tomorrow = Now.AddHours(25);
        fold.AddEvents(Events, Lines([new TestEvent(tomorrow)]));
        health = Report(fold, AnalyticsWindow.All, now: tomorrow).Health;
        (health.State, health.Message, health.DeadLettered).ShouldBe((PipelineState.Healthy, "healthy", 2));
    }

    [Theory]
    [InlineData(40, PipelineState.Healthy, "healthy")]
    [InlineData(42.5, PipelineState.Stale, "no events for 42 s")]
    [InlineData(119, PipelineState.Stale, "no events for 119 s")]
    [InlineData(600, PipelineState.Stale, "no events for 10 min")]
    [InlineData(3 * 3600, PipelineState.Stale, "no events for 3 h")]
    [InlineData(72 * 3600, PipelineState.Stale, "no events for 3 days")]
    public void No_new_events_make_the_state_stale(double seconds, PipelineState state, string message)
    {
        var health = Report(Fold(new TestEvent(Now)), AnalyticsWindow.All, now: Now.AddSeconds(seconds)).Health;

        health.State.ShouldBe(state);
        health.Message.ShouldBe(message);
        health.NewestEventAgeSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData(2, PipelineState.Healthy, "healthy")]
    [InlineData(3, PipelineState.Stale, "no events for 3 h")]
    public void How_long_there_may_be_no_events_comes_from_the_schedule_of_the_last_ticks(int hours, PipelineState state, string message)
    {
        var fold = Fold(new TestEvent(Now.AddHours(-2)), new TestEvent(Now.AddHours(-1)), new TestEvent(Now));

        var health = Report(fold, AnalyticsWindow.All, now: Now.AddHours(hours)).Health;

        (health.State, health.Message).ShouldBe((state, message));
    }

    [Fact]
    public void That_there_are_no_events_does_not_hide_that_some_are_missing()
    {
        var fold = Fold(new TestEvent(Now.AddSeconds(-65), TickSize: 4), new TestEvent(Now));

        var health = Report(fold, AnalyticsWindow.All, now: Now.AddMinutes(5)).Health;

        health.State.ShouldBe(PipelineState.Degraded);
        health.Message.ShouldBe($"3 events of tick {Tick.NameOf(Now.AddSeconds(-65))} missing; no events for 5 min");
    }

    [Fact]
    public void What_the_outbox_holds_is_in_flight_and_not_missing()
    {
        var fold = Fold(new TestEvent(Now.AddSeconds(-65), TickSize: 4), new TestEvent(Now));
        var pending = new Dictionary<DateTimeOffset, int> { [Now.AddSeconds(-65)] = 4, [Now.AddSeconds(-60)] = 10, [Now] = 1 };

        var health = Reports.Health(fold, Now, pending);

        (health.State, health.Missing, health.InFlight, health.LagSeconds).ShouldBe((PipelineState.Healthy, 0, 13, 65));
        Reports.Health(fold, Now).LagSeconds.ShouldBeNull();
    }

    [Fact]
    public void Events_that_are_in_flight_for_minutes_degrade_the_state()
    {
        var fold = Fold(new TestEvent(Now));
        var pending = new Dictionary<DateTimeOffset, int> { [Now.AddMinutes(-6)] = 10 };

        var health = Reports.Health(fold, Now, pending);

        health.State.ShouldBe(PipelineState.Degraded);
        health.Message.ShouldBe("10 events in flight for 6 min: does the broker answer, does anything record?");
    }

    [Fact]
    public void A_topic_that_does_not_exist_shows_as_events_that_were_produced_and_not_recorded()
    {
        var pending = new Dictionary<DateTimeOffset, int> { [Now.AddMinutes(-2)] = 3000, [Now] = 55 };

        var health = Reports.Health(Fold(), Now, pending);

        health.State.ShouldBe(PipelineState.Degraded);
        health.Message.ShouldStartWith("produced 3,055, recorded 0: does the topic exist, does the broker answer, does anything record?");
    }

    [Fact]
    public void Offsets_that_neither_log_holds_are_gaps()
    {
        var fold = new AnalyticsState(Now);
        foreach (var (offset, generation) in new[] { (3, 1), (4, 1), (9, 1), (100, 2), (101, 2), (103, 2) })
        {
            fold.AddEvents(Events with { Generation = generation }, Encoding.UTF8.GetBytes(new TestEvent(Now).ToLine(0, offset) + "\n"));
        }

        Report(fold, AnalyticsWindow.All).Health.Gaps.ShouldBe(5);

        foreach (var offset in new[] { 2, 5, 7, 102 })
        {
            fold.AddDeadLetters(DeadLetters, Encoding.UTF8.GetBytes(DeadLetter(offset) + "\n"));
        }

        Report(fold, AnalyticsWindow.All).Health.Gaps.ShouldBe(2);
    }

    [Fact]
    public void An_event_that_is_a_dead_letter_is_not_missing()
    {
        var fold = Fold(new TestEvent(Now, Tick: Now, TickSize: 2), new TestEvent(Now, Tick: Now.AddMinutes(2), TickSize: 1));
        Report(fold, AnalyticsWindow.All, now: Now.AddMinutes(2)).Health.Missing.ShouldBe(1);

        var invalid = new TestEvent(Now, Photo: "", Tick: Now, Index: 1, TickSize: 2).ToValue();
        fold.AddDeadLetters(DeadLetters, Encoding.UTF8.GetBytes(DeadLetter(2, invalid) + "\n"));

        Report(fold, AnalyticsWindow.All, now: Now.AddMinutes(2)).Health.Missing.ShouldBe(0);
    }

    [Fact]
    public void Lines_that_are_no_events_are_passed_over()
    {
        var fold = new AnalyticsState(Now);
        fold.AddEvents(Events, [.. "a foreign line\n\n{\"kafkapartition\":0,\"kafkaoffset\":0,\n"u8, .. Lines([new TestEvent(Now)])]);

        fold.Recorded.ShouldBe(1);
    }

    private static IEnumerable<TestEvent> Views(string photo, int views, int likes) =>
        Enumerable.Range(0, views).Select(_ => new TestEvent(Now, photo))
            .Concat(Enumerable.Range(0, likes).Select(_ => new TestEvent(Now, photo, IsLike: true)));

    private static TestEvent RandomLine(Random random, int i) => new(
        Now.AddMinutes(random.Next(6) switch { 0 => -random.Next(100_000), 1 => random.Next(300), _ => -random.Next(1_500) }),
        $"cat-{random.Next(20)}",
        $"user-{random.Next(200)}",
        random.Next(4) == 0,
        random.Next(3) == 0 ? null : $"Breed {random.Next(3)}",
        $"https://example.org/{random.Next(2)}.jpg",
        Now.AddSeconds(-5 * (i / 250)),
        i % 250,
        251 - random.Next(2));

    private static AnalyticsState Fold(params TestEvent[] lines)
    {
        var fold = new AnalyticsState(Now);
        fold.AddEvents(Events, Lines(lines));
        return fold;
    }

    private static string DeadLetter(long offset, byte[]? value = null) => JsonSerializer.Serialize(
        new DeadLetter(0, offset, Now.UtcDateTime, "it is not an event", null, value), DeadLetterJsonContext.Default.DeadLetter);

    private static byte[] Lines(TestEvent[] lines) =>
        [.. lines.SelectMany((line, offset) => Encoding.UTF8.GetBytes(line.ToLine(0, offset) + "\n"))];

    private static AnalyticsReport Report(AnalyticsState fold, AnalyticsWindow window, int top = 10, DateTimeOffset? now = null)
    {
        fold.AdvanceTo(now ?? Now);
        return Reports.Of(fold, window, now ?? Now, top);
    }

    private static string Json(AnalyticsReport report) => JsonSerializer.Serialize(report, AnalyticsJsonContext.Default.AnalyticsReport);
}
