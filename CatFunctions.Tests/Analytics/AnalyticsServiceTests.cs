using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.Dashboard;
using CatFunctions.Core.Telemetry;
using CatFunctions.Tests.EventLog;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CatFunctions.Tests.Analytics;

public sealed class AnalyticsServiceTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);

    private readonly CatLog _log = new(Now);
    private readonly CountingStore _store;
    private readonly AnalyticsService _analytics;

    public AnalyticsServiceTests()
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
    public async Task The_json_is_the_one_that_the_page_knows()
    {
        await _log.RecordAsync([new TestEvent(Now.AddMilliseconds(-100)), new TestEvent(Now.AddSeconds(-1), IsLike: true, Tick: Now.AddSeconds(-1))]);

        var json = JsonNode.Parse(JsonSerializer.Serialize(await GetAsync(), AnalyticsJsonContext.Default.AnalyticsReport))!;

        json["timeline"]!["buckets"]!.AsArray().Count.ShouldBe(61);
        json["timeline"]!["buckets"] = JsonNode.Parse("""[{ "start": "2026-11-22T07:30:00Z", "views": 1, "likes": 1 }]""");
        var photo = """{ "photoId": "cat-1", "photoUrl": "https://cdn2.thecatapi.com/images/cat-1.jpg", "breed": "Abyssinian", "views": 1, "likes": 1, "likeRate": 1, "likeRateLow": 0.20654931437723742, "likeRateHigh": 1, "score": SCORE, "previousRank": null }""";
        string Board(string score) => $"[{photo.Replace("SCORE", score, StringComparison.Ordinal)}]";
        string Recent(string type, string second) =>
            $$"""{ "type": "{{type}}", "photoId": "cat-1", "photoUrl": "https://cdn2.thecatapi.com/images/cat-1.jpg", "breed": "Abyssinian", "time": "2026-11-22T07:30:{{second}}Z" }""";
        JsonNode.DeepEquals(json, JsonNode.Parse($$"""
            {
              "window": "1h",
              "generatedAt": "2026-11-22T07:30:15Z",
              "from": "2026-11-22T06:30:16Z",
              "to": "2026-11-22T07:31:00Z",
              "since": "2026-11-22T07:30:00Z",
              "isRead": true,
              "isExact": true,
              "totals": {
                "views": 1, "likes": 1, "likeRate": 1, "likeRateLow": 0.20654931437723742, "likeRateHigh": 1,
                "uniqueViewers": 1, "uniqueViewersExact": true, "uniqueLikers": 1, "conversion": 1
              },
              "previous": null,
              "timeline": { "bucketSeconds": 60, "buckets": [{ "start": "2026-11-22T07:30:00Z", "views": 1, "likes": 1 }], "marks": [] },
              "leaderboards": { "mostViewed": {{Board("1")}}, "mostLiked": {{Board("1")}}, "bestRated": {{Board("0.20654931437723742")}}, "trending": [] },
              "breeds": [{ "breed": "Abyssinian", "photos": 1, "views": 1, "likes": 1, "likeRate": 1 }],
              "breedCount": 1,
              "recent": [{{Recent("view", "14.9")}}, {{Recent("like", "14")}}],
              "health": {
                "state": "healthy", "message": "healthy", "newestEvent": "2026-11-22T07:30:14.9Z", "newestEventAgeSeconds": 0.1,
                "produced": 2, "recorded": 2, "deadLettered": 0, "inFlight": 0, "missing": 0, "incompleteTicks": [], "gaps": 0, "redelivered": null, "missedTicks": null,
                "lagSeconds": null, "reading": null, "faults": []
              },
              "limits": []
            }
            """)).ShouldBeTrue(json.ToJsonString());
    }

    [Fact]
    public async Task An_answer_holds_for_half_a_second_and_costs_nothing_meanwhile()
    {
        var first = await GetAsync();
        await _log.RecordAsync([new TestEvent(Now)]);
        var reads = _store.Reads;

        (await GetAsync()).ShouldBeSameAs(first);
        _store.Reads.ShouldBe(reads);

        _log.Clock.Advance(LogFollower.ListInterval);
        (await GetAsync()).Totals.Views.ShouldBe(1);
    }

    [Fact]
    public async Task The_tag_stands_still_until_something_but_the_time_changes()
    {
        await _log.RecordAsync([new TestEvent(Now.AddSeconds(-20))]);
        var first = await GetAsync();
        (await GetAsync(AnalyticsWindow.Day)).Tag.ShouldNotBe(first.Tag);

        _log.Clock.Advance(TimeSpan.FromSeconds(10));
        var later = await GetAsync();
        later.Health.NewestEventAgeSeconds.ShouldBe(30);
        later.Tag.ShouldBe(first.Tag);

        _log.Clock.Advance(TimeSpan.FromSeconds(15));
        var stale = await GetAsync();
        stale.Health.State.ShouldBe(PipelineState.Stale);
        stale.Tag.ShouldNotBe(first.Tag);

        _log.Clock.Advance(TimeSpan.FromSeconds(5));
        (await GetAsync()).Tag.ShouldBe(stale.Tag);

        await _log.RecordAsync([new TestEvent(Now.AddSeconds(-20), Tick: Now)]);
        _log.Clock.Advance(TimeSpan.FromSeconds(5));
        (await GetAsync()).Tag.ShouldNotBe(stale.Tag);
    }

    [Fact]
    public async Task Another_instance_that_reads_the_log_again_gives_the_same_answer()
    {
        for (var i = 0; i < 20; i++)
        {
            await _log.RecordAsync(
                Enumerable.Range(0, 30).Select(index => new TestEvent(_log.Clock.GetUtcNow(), $"cat-{index * i % 7}", $"user-{index * i % 17}", index % 3 == 0, Index: index, TickSize: 31)),
                partition: i % 3);
            await GetAsync();
            _log.Clock.Advance(TimeSpan.FromMinutes(7));
        }

        using var other = new AnalyticsService(_log.Store, _log.Clock);
        foreach (var window in Enum.GetValues<AnalyticsWindow>())
        {
            var mine = await _analytics.GetAsync(window, 5, CancellationToken.None);
            var others = await other.GetAsync(window, 5, CancellationToken.None);
            others.Tag.ShouldBe(mine.Tag);
            Json(others).ShouldBe(Json(mine));
        }
    }

    [Fact]
    public async Task Segments_that_were_deleted_count_no_more()
    {
        await _log.RecordAsync([new TestEvent(Now, "gone")]);
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await _log.RecordAsync([new TestEvent(Now, "kept", Tick: Now.AddSeconds(5))]);
        (await GetAsync(AnalyticsWindow.All)).Totals.Views.ShouldBe(2);
        File.Delete(Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[0]));
        _log.Clock.Advance(LogFollower.ListAllInterval);

        var report = await GetAsync(AnalyticsWindow.All);

        report.Leaderboards.MostViewed.ShouldHaveSingleItem().PhotoId.ShouldBe("kept");
        report.Health.Recorded.ShouldBe(1);
    }

    [Fact]
    public async Task Many_callers_at_once_share_one_read()
    {
        await _log.RecordAsync(Enumerable.Range(0, 100).Select(i => new TestEvent(Now, Index: i, TickSize: 100)));
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;

        var answers = Enumerable.Range(0, 50).Select(i => _analytics.GetAsync((AnalyticsWindow)(i % 4), 1 + (i % 9), CancellationToken.None)).ToArray();
        gate.SetResult();

        (await Task.WhenAll(answers)).ShouldAllBe(report => report.Totals.Views == 100);
        _store.Lists.ShouldBe(3);
    }

    [Fact]
    public async Task While_a_long_log_is_read_the_answer_says_so_and_does_not_wait_for_it()
    {
        const int Events = (int)(LogFollower.ParallelBytes / 250);
        await _log.RecordAsync([.. Enumerable.Repeat(new TestEvent(Now), Events)]);
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        using var waits = new SemaphoreSlim(0);
        _log.Clock.Waiting = _ => waits.Release();

        var answer = GetAsync();
        await Eventually.IsTrueAsync(() => _store.Reads > 0);
        await waits.WaitAsync();
        _log.Clock.Advance(_analytics.AnswerTimeout);

        var early = await answer;
        early.Health.State.ShouldBe(PipelineState.Waiting);
        early.Health.Message.ShouldBe("reading the log: 0 % done");
        early.Totals.Views.ShouldBe(0);

        // What cannot say that it is a part is refused until then.
        var api = new AnalyticsApi(_analytics, _log.Clock, NullLogger<AnalyticsApi>.Instance);
        (await StatusAsync(api.GetPhotoAsync, "")).ShouldBe(StatusCodes.Status503ServiceUnavailable);
        (await StatusAsync(api.GetPhotosAsync, "?format=csv")).ShouldBe(StatusCodes.Status503ServiceUnavailable);
        (await StatusAsync(api.GetAnalyticsAsync, "?format=csv")).ShouldBe(StatusCodes.Status503ServiceUnavailable);

        gate.SetResult();
        await Eventually.IsTrueAsync(async () => (await GetAsync()).IsRead);
        (await StatusAsync(api.GetPhotoAsync, "")).ShouldBe(StatusCodes.Status404NotFound);
        var report = await GetAsync();
        report.Totals.Views.ShouldBe(Events);
        report.Health.State.ShouldBe(PipelineState.Healthy);

        async Task<int?> StatusAsync(Func<HttpRequest, CancellationToken, Task<IResult>> ask, string query)
        {
            using var services = new ServiceCollection().AddOptions().AddSingleton<DashboardHeaders>().BuildServiceProvider();
            var context = new DefaultHttpContext { RequestServices = services };
            context.Request.QueryString = new QueryString(query);
            var asked = ask(context.Request, TestContext.Current.CancellationToken);
            while (!asked.IsCompleted)
            {
                await Task.WhenAny(asked, waits.WaitAsync());
                _log.Clock.Advance(_analytics.AnswerTimeout);
            }

            return ((IStatusCodeHttpResult)await asked).StatusCode;
        }
    }

    [Fact]
    public async Task What_is_new_in_a_log_that_was_read_is_waited_for()
    {
        await _log.RecordAsync([new TestEvent(Now)]);
        await GetAsync();
        await _log.RecordAsync([new TestEvent(Now)]);
        _log.Clock.Advance(AnalyticsService.RefreshInterval);
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        using var waits = new SemaphoreSlim(0);
        _log.Clock.Waiting = _ => waits.Release();

        var answer = GetAsync();
        await waits.WaitAsync();
        _log.Clock.Advance(_analytics.AnswerTimeout);
        await Task.WhenAny(answer, waits.WaitAsync());

        gate.SetResult();
        (await answer).Totals.Views.ShouldBe(2);
    }

    [Fact]
    public async Task While_the_log_is_read_again_answers_are_those_of_before()
    {
        await _log.RecordAsync([new TestEvent(Now, "gone")]);
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await _log.RecordAsync([new TestEvent(Now, "kept")]);
        await GetAsync(AnalyticsWindow.All);
        File.Delete(Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[0]));
        _log.Clock.Advance(LogFollower.ListAllInterval);
        var reads = _store.Reads;
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        using var waits = new SemaphoreSlim(0);
        _log.Clock.Waiting = _ => waits.Release();

        var answer = GetAsync(AnalyticsWindow.All);
        await Eventually.IsTrueAsync(() => _store.Reads > reads);
        while (!answer.IsCompleted)
        {
            await Task.WhenAny(answer, waits.WaitAsync());
            _log.Clock.Advance(_analytics.AnswerTimeout);
        }

        (await answer).Totals.Views.ShouldBe(2);
        gate.SetResult();
        await Eventually.IsTrueAsync(async () => (await GetAsync(AnalyticsWindow.All)).Totals.Views == 1);
    }

    [Fact]
    public async Task A_caller_who_gives_up_stops_nobody_else()
    {
        await _log.RecordAsync([new TestEvent(Now)]);
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        using var impatient = new CancellationTokenSource();
        var abandoned = _analytics.GetAsync(AnalyticsWindow.All, 10, impatient.Token);

        await impatient.CancelAsync();
        await abandoned.ShouldThrowAsync<OperationCanceledException>();
        gate.SetResult();

        (await GetAsync()).Totals.Views.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_an_error_until_it_can()
    {
        await _log.RecordAsync([new TestEvent(Now)]);
        _store.IsBroken = true;
        (await GetAsync().ShouldThrowAsync<EventLogException>()).Message.ShouldBe("The store is broken.");

        _store.IsBroken = false;

        (await GetAsync()).Totals.Views.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_that_records_tells_what_was_redelivered()
    {
        using var analytics = new AnalyticsService(_log.Store, _log.Clock, _log.Recorder);
        var record = new TestEvent(Now).ToRecord(0, 0);
        for (var i = 0; i < 3; i++)
        {
            await _log.Recorder.RecordAsync([record], CancellationToken.None);
        }

        (await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Health.Redelivered.ShouldBe(2);
    }

    [Fact]
    public async Task A_host_that_has_missed_ticks_says_so()
    {
        using var services = new ServiceCollection().AddSingleton<TimeProvider>(_log.Clock).AddPipelineMetrics().BuildServiceProvider();
        var metrics = services.GetRequiredService<PipelineMetrics>();
        using var analytics = new AnalyticsService(_log.Store, _log.Clock, metrics: metrics);
        metrics.CountMissedTicks(2);
        metrics.CountMissedTicks(1);

        (await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Health.MissedTicks.ShouldBe(3);
    }

    [Fact]
    public async Task A_clock_that_was_a_day_ahead_and_is_right_again_shows_what_happens_now()
    {
        _log.Clock.SetUtcNow(Now.AddDays(1));
        await _analytics.GetAsync(AnalyticsWindow.QuarterHour, 10, CancellationToken.None);
        _log.Clock.AdjustTime(Now);
        await _log.RecordAsync([new TestEvent(Now)]);

        (await _analytics.GetAsync(AnalyticsWindow.QuarterHour, 10, CancellationToken.None)).Totals.Views.ShouldBe(1);
    }

    [Theory]
    [InlineData(false, PipelineState.Degraded, "offset 1 of partition 0 was not delivered")]
    [InlineData(true, PipelineState.Healthy, "healthy")]
    public async Task A_host_that_records_is_degraded_by_what_was_not_delivered_to_it_unless_gaps_are_normal(
        bool allowGaps, PipelineState state, string message)
    {
        using var analytics = new AnalyticsService(
            _log.Store, _log.Clock, _log.Recorder, options: Options.Create(new EventLogOptions { AllowGaps = allowGaps }));
        await _log.Recorder.RecordAsync([new TestEvent(Now, Index: 0).ToRecord(0, 0), new TestEvent(Now.AddSeconds(1)).ToRecord(0, 2)], CancellationToken.None);

        var health = (await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Health;

        (health.State, health.Message).ShouldBe((state, message));
    }

    [Fact]
    public async Task What_was_not_delivered_is_no_fault_when_all_that_can_have_been_there_was_sent_again()
    {
        var sent = Enumerable.Range(0, 9).Select(i => new TestEvent(Now, Tick: Now.AddSeconds((5 * i) - 40)).ToRecord(0, i)).ToArray();
        using var analytics = new AnalyticsService(_log.Store, _log.Clock, _log.Recorder);
        await RecordAsync([.. sent[..3], .. sent[5..]]);
        (await HealthAsync()).Message.ShouldBe("offsets 3 to 4 of partition 0 were not delivered");

        await RecordAsync([sent[3] with { Offset = 9 }]);
        (await HealthAsync()).Message.ShouldBe("offsets 3 to 4 of partition 0 were not delivered");

        await RecordAsync([sent[4] with { Offset = 10 }]);
        var health = await HealthAsync();
        (health.State, health.Message, health.Gaps).ShouldBe((PipelineState.Healthy, "healthy", 2));
        _log.Recorder.Missing.ShouldNotBeEmpty();
        (await GetAsync()).Health.Faults.ShouldBeEmpty();

        Task RecordAsync(ConsumedRecord[] records) => _log.Recorder.RecordAsync(records, CancellationToken.None);

        async Task<PipelineHealth> HealthAsync()
        {
            _log.Clock.Advance(TimeSpan.FromSeconds(3));
            return (await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Health;
        }
    }

    [Fact]
    public async Task What_was_delivered_to_another_recorder_is_no_fault()
    {
        using var analytics = new AnalyticsService(_log.Store, _log.Clock, _log.Recorder);
        var sent = Enumerable.Range(0, 9).Select(i => new TestEvent(Now, Tick: Now.AddSeconds(-i), TickSize: 2).ToRecord(0, i)).ToArray();
        await _log.Recorder.RecordAsync([.. sent[..3], .. sent[5..]], CancellationToken.None);
        using var other = new EventRecorder(_log.Store, _log.Clock);
        await other.RecordAsync(sent[3..4], CancellationToken.None);
        (await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Health.Message.ShouldBe("offset 4 of partition 0 was not delivered");

        await other.RecordAsync(sent[4..5], CancellationToken.None);
        _log.Clock.Advance(TimeSpan.FromSeconds(3));

        (await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None)).Health.Faults.ShouldBeEmpty();
        _log.Recorder.Missing.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(AnalyticsService.MaxTop + 1)]
    public async Task A_leaderboard_of_another_length_is_refused(int top) =>
        await GetAsync(top: top).ShouldThrowAsync<ArgumentOutOfRangeException>();

    [Fact]
    public void Windows_have_names()
    {
        foreach (var window in Enum.GetValues<AnalyticsWindow>())
        {
            AnalyticsWindows.TryParse(window.NameOf(), out var parsed).ShouldBeTrue();
            parsed.ShouldBe(window);
        }

        AnalyticsWindows.Names.ShouldBe(["15m", "1h", "24h", "all"]);
        AnalyticsWindows.TryParse("2h", out _).ShouldBeFalse();
        AnalyticsWindows.TryParse(null, out _).ShouldBeFalse();
    }

    private Task<AnalyticsReport> GetAsync(AnalyticsWindow window = AnalyticsWindow.Hour, int top = 10) =>
        _analytics.GetAsync(window, top, CancellationToken.None);

    private static string Json(AnalyticsReport report) => JsonSerializer.Serialize(report, AnalyticsJsonContext.Default.AnalyticsReport);
}
