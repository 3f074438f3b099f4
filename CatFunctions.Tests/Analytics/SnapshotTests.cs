using CatFunctions.Core.Analytics.Report;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Analytics;

/// <summary>Snapshots make a start cheap and change no answer.</summary>
public sealed class SnapshotTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 20, 30, 15, TimeSpan.Zero);

    /// <summary>How many seeds to try instead of a few.</summary>
    private static readonly string? ManySeeds = Environment.GetEnvironmentVariable("CATFUNCTIONS_SNAPSHOT_SEEDS");

    private readonly CatLog _log = new(Start);
    private readonly HashSet<DateTimeOffset> _hoursRead = [];
    private readonly CountingStore _store;
    private readonly FileSnapshotStore _snapshots;

    public SnapshotTests()
    {
        _store = new CountingStore(_log.Store)
        {
            IsGated = segment =>
            {
                lock (_hoursRead)
                {
                    _hoursRead.Add(segment.Hour);
                }

                return false;
            },
        };
        _snapshots = new FileSnapshotStore(_log.Root);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, int.Parse(ManySeeds ?? "5", CultureInfo.InvariantCulture))];

    private string FolderPath => Path.Combine(_log.Root, "snapshots");

    private DateTimeOffset CurrentHour => SegmentName.HourOf(_log.Clock.GetUtcNow());

    public void Dispose() => _log.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Answers_are_the_same_with_and_without_them(int seed)
    {
        using var property = new SnapshotProperty(seed);
        await property.RunAsync(steps: 60);
        property.Compared.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_start_reads_only_the_hours_that_are_not_over()
    {
        await RecordHoursAsync(5);
        await AnswerAsync();

        await RequireReadHoursAsync(CurrentHour);
        Directory.GetFiles(FolderPath).Select(Path.GetFileName).Order().ShouldBe(["2026-11-22", "2026-11-23"]);
    }

    [Fact]
    public async Task The_last_hour_of_a_log_has_one_a_little_after_its_end()
    {
        await RecordHoursAsync(2);
        _log.Clock.Advance(TimeSpan.FromMinutes(34));
        await AnswerAsync();
        await RequireReadHoursAsync(CurrentHour.AddHours(-1));

        _log.Clock.Advance(TimeSpan.FromMinutes(1));
        await AnswerAsync();

        // One more look behind its end, as it is where the log goes on.
        _hoursRead.Clear();
        var reads = _store.Reads;
        await AnswerAsync();
        (_store.Reads - reads).ShouldBe(2, "one for each partition");
    }

    [Fact]
    public async Task A_log_that_is_read_by_several_threads_gets_one_for_each_hour_that_is_over()
    {
        await RecordHoursAsync(30, filler: 10_000);
        await AnswerAsync();

        await RequireReadHoursAsync(CurrentHour);
    }

    [Fact]
    public async Task An_hour_that_was_followed_to_its_end_is_not_read_again()
    {
        using var analytics = NewAnalytics();
        for (var hour = 0; hour < 3; hour++)
        {
            await RecordHoursAsync(1);
            await AnswerAsync(analytics);
        }

        await RequireReadHoursAsync(CurrentHour);
    }

    [Fact]
    public async Task An_hour_that_is_deleted_costs_no_reading_of_the_others()
    {
        using var analytics = NewAnalytics();
        await RecordHoursAsync(5);
        await AnswerAsync(analytics);
        (await DeleteHoursAsync(TimeSpan.FromHours(3))).ShouldBeGreaterThan(0);
        _log.Clock.Advance(LogFollower.ListAllInterval);
        _hoursRead.Clear();

        var answer = await AnswerAsync(analytics);

        _hoursRead.ShouldBe([CurrentHour]);
        answer.ShouldBe(await PlainAnswerAsync());
    }

    [Fact]
    public async Task Retention_deletes_the_snapshots_of_the_hours_that_it_deletes()
    {
        await RecordHoursAsync(30);
        await AnswerAsync();
        (await HoursAsync()).Count.ShouldBe(29);

        await DeleteHoursAsync(TimeSpan.FromHours(5));

        var oldest = (await _log.Store.ListAsync(LogKind.Events, null, CancellationToken.None)).Min(segment => segment.Name.Hour);
        (await HoursAsync()).Min().ShouldBe(oldest);
        Directory.GetFiles(FolderPath).Select(Path.GetFileName).Order().ShouldBe(["2026-11-23", "2026-11-24"]);
    }

    [Fact]
    public async Task The_minutes_of_a_date_leave_it_when_no_answer_needs_them_any_more()
    {
        await RecordHoursAsync(3);
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await AnswerAsync();
        var length = new FileInfo(Path.Combine(FolderPath, "2026-11-22")).Length;

        _log.Clock.Advance(TimeSpan.FromDays(3));
        await AnswerAsync();

        new FileInfo(Path.Combine(FolderPath, "2026-11-22")).Length.ShouldBeLessThan(length);
        (await AnswerAsync()).ShouldBe(await PlainAnswerAsync());
    }

    [Theory]
    [InlineData("torn")]
    [InlineData("empty")]
    [InlineData("foreign")]
    [InlineData("changed")]
    [InlineData("of another version")]
    [InlineData("longer than any")]
    [InlineData("of another date")]
    public async Task What_is_not_a_sound_snapshot_is_ignored_and_replaced(string kind)
    {
        await RecordHoursAsync(6);
        var answer = await AnswerAsync();
        var file = Path.Combine(FolderPath, "2026-11-23");
        var sound = await File.ReadAllBytesAsync(file);
        var damaged = sound.ToArray();
        damaged = kind switch
        {
            "torn" => damaged[..150],
            "empty" => [],
            "foreign" => "not a snapshot"u8.ToArray(),
            "longer than any" => [.. damaged[..8], 0xff, 0xff, 0xff, 0x7f, .. damaged[12..]],
            "of another date" => await File.ReadAllBytesAsync(Path.Combine(FolderPath, "2026-11-22")),
            _ => damaged,
        };
        if (kind is "changed" or "of another version")
        {
            damaged[kind == "changed" ? 150 : 4]++;
        }

        await File.WriteAllBytesAsync(file, damaged);

        (await AnswerAsync()).ShouldBe(answer);
        await RequireReadHoursAsync(CurrentHour);
        (await File.ReadAllBytesAsync(file)).Length.ShouldBe(sound.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_hour_whose_segments_changed_is_read_again(bool isOfSameLength)
    {
        await RecordHoursAsync(3);
        await AnswerAsync();
        var segment = Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[0]);
        var text = await File.ReadAllTextAsync(segment);
        await File.WriteAllTextAsync(segment, isOfSameLength
            ? text.Replace("cat-1", "dog-1", StringComparison.Ordinal)
            : text[..(text[..^1].LastIndexOf('\n') + 1)]);

        var answer = await AnswerAsync();

        answer.ShouldBe(await PlainAnswerAsync());
        await RequireReadHoursAsync(CurrentHour);
    }

    [Fact]
    public async Task The_snapshots_of_another_log_are_not_used()
    {
        await RecordHoursAsync(3);
        await AnswerAsync();
        using var other = new CatLog(Start);
        for (var hour = 0; hour < 3; hour++)
        {
            other.Clock.Advance(TimeSpan.FromHours(1));
            await other.RecordAsync([new TestEvent(other.Clock.GetUtcNow())]);
        }

        var answer = await AnswerOfAsync(new AnalyticsService(other.Store, other.Clock));
        (await AnswerOfAsync(new AnalyticsService(other.Store, other.Clock, snapshots: _snapshots))).ShouldBe(answer);
    }

    [Fact]
    public async Task A_clock_that_was_a_day_ahead_leaves_nothing_that_changes_an_answer()
    {
        await RecordHoursAsync(3);
        var now = _log.Clock.GetUtcNow();
        _log.Clock.SetUtcNow(now.AddDays(1));
        await AnswerAsync();
        _log.Clock.AdjustTime(now);

        (await AnswerAsync()).ShouldBe(await PlainAnswerAsync());
        await RequireReadHoursAsync(CurrentHour);
    }

    [Fact]
    public async Task Who_may_not_write_answers_all_the_same()
    {
        await RecordHoursAsync(3);
        await File.WriteAllTextAsync(FolderPath, "a file where the folder should be");

        (await AnswerAsync()).ShouldBe(await PlainAnswerAsync());
    }

    [Fact]
    public async Task A_log_that_is_beyond_a_limit_is_read_as_without_them()
    {
        const int PhotosOfHour = 4_000;
        var url = $"https://example.com/{new string('x', 2_000)}";
        IEnumerable<TestEvent> EventsOf(int hour, int partition) => partition == 0
            ? Enumerable.Range(0, PhotosOfHour).Select(i => new TestEvent(Photo: $"cat-{CurrentHour.Hour}-{i}", Url: url))
            : [];
        await RecordHoursAsync(3, EventsOf);
        await AnswerAsync();
        (await HoursAsync()).Count.ShouldBe(2);
        await RecordHoursAsync(2, EventsOf);
        _hoursRead.Clear();

        var report = JsonSerializer.Deserialize(await AnswerAsync(), AnalyticsJsonContext.Default.AnalyticsReport)!;

        report.Limits.ShouldHaveSingleItem().ShouldStartWith("There are too many photos");
        report.Totals.Views.ShouldBe(5 * PhotosOfHour);
        _hoursRead.Count.ShouldBe(5);
    }

    [Fact]
    public async Task The_sum_of_a_date_is_not_used_where_its_sample_of_users_is_smaller_than_one_of_the_minutes_that_are_kept()
    {
        const int Users = UserSample.MaxEntries / 3;
        await RecordHoursAsync(2, (_, partition) => Enumerable.Range(0, Users).Select(i => new TestEvent(
            User: $"user-{partition}-{i}", Tick: CurrentHour.AddSeconds(partition), Index: i, TickSize: Users)));
        var kept = CurrentHour;
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await AnswerAsync();
        _log.Clock.SetUtcNow(kept.AddDays(2));
        _hoursRead.Clear();

        using var analytics = NewAnalytics();
        var previous = (await analytics.GetAsync(AnalyticsWindow.Day, 10, CancellationToken.None)).Previous!;

        previous.UniqueViewers.ShouldBe(2 * Users);
        _hoursRead.ShouldBe([kept], "its ends, where the log goes on");
        await analytics.WhenSavedAsync(CancellationToken.None);
    }

    private async Task RecordHoursAsync(int hours, int filler = 0) => await RecordHoursAsync(hours, (_, _) => Enumerable.Range(0, 20)
        .Select(i => new TestEvent(Photo: $"cat-{i % 3}", User: $"user-{i}", IsLike: i % 4 == 0) { Filler = filler > 0 ? new string('x', filler) : null }));

    private async Task RecordHoursAsync(int hours, Func<int, int, IEnumerable<TestEvent>> eventsOf)
    {
        for (var hour = 0; hour < hours; hour++)
        {
            _log.Clock.Advance(TimeSpan.FromHours(1));
            for (var partition = 0; partition < 2; partition++)
            {
                await _log.RecordAsync(eventsOf(hour, partition).Select(one => one with { Time = _log.Clock.GetUtcNow() }), partition);
            }
        }
    }

    private Task<int> DeleteHoursAsync(TimeSpan retainFor) =>
        new LogRetention(_log.Store, Options.Create(new EventLogOptions { RetainFor = retainFor }), _log.Clock, _snapshots)
            .DeleteOldHoursAsync(CancellationToken.None);

    /// <summary>The hours that have a snapshot.</summary>
    private async Task<List<DateTimeOffset>> HoursAsync()
    {
        var hours = new List<DateTimeOffset>();
        foreach (var date in await _snapshots.ListAsync(CancellationToken.None))
        {
            await using var file = await _snapshots.OpenAsync(date, CancellationToken.None);
            await foreach (var snapshot in SnapshotFile.ReadAsync(file!, CancellationToken.None))
            {
                hours.AddRange(snapshot.IsSum ? [] : snapshot.Hours);
            }
        }

        return hours;
    }

    private async Task RequireReadHoursAsync(params DateTimeOffset[] hours)
    {
        var answer = await PlainAnswerAsync();
        _hoursRead.Clear();
        (await AnswerAsync()).ShouldBe(answer);
        _hoursRead.Order().ShouldBe(hours.Order());
    }

    private AnalyticsService NewAnalytics() => new(_store, _log.Clock, snapshots: _snapshots) { AnswerTimeout = Timeout.InfiniteTimeSpan };

    /// <summary>The answer of a process that has just started, and ends.</summary>
    private Task<string> AnswerAsync() => AnswerOfAsync(NewAnalytics());

    private Task<string> PlainAnswerAsync() => AnswerOfAsync(new AnalyticsService(_store, _log.Clock) { AnswerTimeout = Timeout.InfiniteTimeSpan });

    private static async Task<string> AnswerOfAsync(AnalyticsService analytics)
    {
        using (analytics)
        {
            return await AnswerAsync(analytics);
        }
    }

    private static async Task<string> AnswerAsync(AnalyticsService analytics)
    {
        var report = await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None);
        await analytics.WhenSavedAsync(CancellationToken.None);
        return JsonSerializer.Serialize(report, AnalyticsJsonContext.Default.AnalyticsReport);
    }
}
