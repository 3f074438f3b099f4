using CatFunctions.Core.Analytics.Report;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Analytics;

public sealed class LogFollowerTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);

    private readonly CatLog _log = new(Now);
    private readonly CountingStore _store;
    private readonly LogFollower _follower;

    public LogFollowerTests()
    {
        _store = new CountingStore(_log.Store);
        _follower = new LogFollower(_store, _log.Clock);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task An_empty_store_holds_nothing_until_something_comes()
    {
        (await RecordedAsync()).ShouldBe(0);

        await _log.RecordAsync(Lines(3));

        (await RecordedAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task What_is_new_is_read_and_nothing_twice()
    {
        for (var i = 1; i <= 20; i++)
        {
            await _log.RecordAsync(Lines(5), partition: i % 3);
            (await RecordedAsync()).ShouldBe(5 * i);
            (await RecordedAsync()).ShouldBe(5 * i);
        }
    }

    [Fact]
    public async Task New_hours_generations_partitions_and_dead_letters_are_found()
    {
        await _log.RecordAsync(Lines(3));
        (await RecordedAsync()).ShouldBe(3);

        _log.Clock.Advance(TimeSpan.FromMinutes(40));
        await _log.RecordAsync(Lines(3));
        (await RecordedAsync()).ShouldBe(6);

        await _log.RecordAsync(Lines(3), partition: 7);
        (await RecordedAsync()).ShouldBe(9);

        await _log.Recorder.RecordAsync([new TestEvent(Now, Tick: Now.AddDays(1)).ToRecord(0, 0)], CancellationToken.None);
        LogFolder.Files(_log.Root, LogKind.Events).ShouldContain(path => path.Contains("/0002-", StringComparison.Ordinal));
        (await RecordedAsync()).ShouldBe(10);

        await _log.RecordDeadLetterAsync();
        (await RecordedAsync()).ShouldBe(10);
        _follower.Ask(fold => fold.DeadLettered).ShouldBe(1);
    }

    [Fact]
    public async Task A_torn_line_is_not_read_until_it_was_written_again()
    {
        await _log.RecordAsync(Lines(2));
        var path = Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events).Single());
        await File.AppendAllTextAsync(path, new TestEvent(Now, "never written").ToLine(0, 2)[..100]);
        (await RecordedAsync()).ShouldBe(2);
        (await RecordedAsync()).ShouldBe(2);

        await _log.RecordAsync(Lines(3));

        (await RecordedAsync()).ShouldBe(5);
        _follower.Ask(fold => fold.Photos.Count).ShouldBe(1);
    }

    [Fact]
    public async Task Random_steps_give_the_same_as_one_read_of_the_whole()
    {
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            await _log.RecordAsync(
                Enumerable.Range(0, random.Next(1, 40)).Select(_ => new TestEvent(
                    _log.Clock.GetUtcNow().AddMinutes(random.Next(-2_000, 5)), $"cat-{random.Next(9)}", $"user-{random.Next(99)}", random.Next(3) == 0)),
                partition: random.Next(3));
            if (random.Next(10) == 0)
            {
                await _log.RecordDeadLetterAsync(random.Next(3));
            }

            _log.Clock.Advance(TimeSpan.FromSeconds(random.Next(0, 400)));
            if (random.Next(2) == 0)
            {
                await RecordedAsync();
            }
        }

        await RecordedAsync();
        var cold = new LogFollower(_log.Store, _log.Clock);
        await cold.CatchUpAsync(CancellationToken.None);
        foreach (var window in Enum.GetValues<AnalyticsWindow>())
        {
            AnalyticsReport Report(AnalyticsState fold) =>
                Reports.Of(fold, window, _log.Clock.GetUtcNow());
            _follower.Ask(Report).Tag.ShouldBe(cold.Ask(Report).Tag);
        }
    }

    [Fact]
    public async Task A_log_that_is_large_is_read_in_parallel_to_the_same_result()
    {
        var filler = new string('x', 100_000);
        for (var i = 0; i < 3; i++)
        {
            await _log.RecordAsync(Enumerable.Range(0, 40).Select(index => new TestEvent(_log.Clock.GetUtcNow(), $"cat-{index % 5}", Index: index, TickSize: 40) { Filler = filler }), partition: i);
            _log.Clock.Advance(TimeSpan.FromHours(1));
        }

        (await RecordedAsync()).ShouldBe(120);
        (await RecordedAsync()).ShouldBe(120);
        _follower.Ask(fold => fold.Photos.Count).ShouldBe(5);
        _follower.Reading.ShouldBeNull();
    }

    [Fact]
    public async Task The_newest_hours_are_read_first_and_nothing_that_is_unread_is_missing()
    {
        var filler = new string('x', 100_000);
        var first = SegmentName.HourOf(Now);
        var halved = first.AddMinutes(59);
        await _log.RecordAsync([new TestEvent(Now, Tick: halved, Index: 0, TickSize: 2)], partition: 1);
        for (var hour = 1; hour <= 2; hour++)
        {
            _log.Clock.Advance(TimeSpan.FromHours(1));
            await _log.RecordAsync(Enumerable.Range(0, 50).Select(index =>
                new TestEvent(_log.Clock.GetUtcNow(), Tick: _log.Clock.GetUtcNow(), Index: index, TickSize: 50) { Filler = filler }));
            if (hour == 1)
            {
                await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), Tick: halved, Index: 1, TickSize: 2)]);
            }
        }

        var gate = new TaskCompletionSource();
        (_store.Gate, _store.IsGated) = (gate.Task, segment => segment.Hour == first);
        _follower.Reading.ShouldBe(new LogReading(0, null));
        var catchUp = _follower.CatchUpAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _follower.Reading?.CompleteFrom == first.AddHours(1));

        _follower.Ask(fold => fold.Recorded).ShouldBe(101);
        _follower.Reading!.Progress.ShouldBeGreaterThan(0.99);
        _follower.Reading!.Progress.ShouldBeLessThan(1);
        _follower.Ask(Missing).ShouldBe(0);

        // What is recorded meanwhile does not wait for the old hours.
        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), Tick: _log.Clock.GetUtcNow().AddSeconds(5), Index: 0, TickSize: 1)]);
        await Eventually.IsTrueAsync(() => _follower.Ask(fold => fold.Recorded) == 102);
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), Tick: _log.Clock.GetUtcNow(), Index: 0, TickSize: 1)], partition: 2);
        await Eventually.IsTrueAsync(() => _follower.Ask(fold => fold.Recorded) == 103);
        _follower.Reading.ShouldNotBeNull();
        gate.SetResult();
        (await catchUp).ShouldBeTrue();

        _follower.Reading.ShouldBeNull();
        _follower.Ask(fold => fold.Recorded).ShouldBe(104);
        _follower.Ask(Missing).ShouldBe(0);

        long Missing(AnalyticsState fold) =>
            fold.Ticks.JudgeAll(fold.CompleteFrom, _log.Clock.GetUtcNow()).MissingEvents + fold.Gaps.Count();
    }

    [Fact]
    public async Task What_could_not_be_read_for_the_first_time_is_read_the_next_time()
    {
        await _log.RecordAsync(Lines(3));
        _log.Clock.Advance(TimeSpan.FromHours(3));
        await _log.RecordAsync(Lines(3));
        _store.IsBroken = true;
        await _follower.CatchUpAsync(CancellationToken.None).ShouldThrowAsync<EventLogException>();
        _store.IsBroken = false;

        await _follower.CatchUpAsync(CancellationToken.None);

        _follower.Ask(fold => fold.Recorded).ShouldBe(6);
    }

    [Fact]
    public async Task Deleted_segments_ask_for_a_new_follower()
    {
        await _log.RecordAsync(Lines(3));
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await _log.RecordAsync(Lines(3));
        (await RecordedAsync()).ShouldBe(6);
        File.Delete(Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[0]));

        _log.Clock.Advance(LogFollower.ListAllInterval);

        (await _follower.CatchUpAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_segment_that_is_deleted_while_it_is_followed_asks_for_a_new_follower_at_once()
    {
        await _log.RecordAsync(Lines(3));
        (await RecordedAsync()).ShouldBe(3);
        File.Delete(Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[0]));

        (await _follower.CatchUpAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_segment_that_became_shorter_asks_for_a_new_follower()
    {
        await _log.RecordAsync(Lines(3));
        (await RecordedAsync()).ShouldBe(3);
        await File.WriteAllTextAsync(Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[0]), "");

        _log.Clock.Advance(LogFollower.ListInterval);

        (await _follower.CatchUpAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_new_costs_one_read_for_each_partition_and_seldom_a_listing()
    {
        await _log.RecordAsync(Lines(3));
        await _log.RecordAsync(Lines(3), partition: 1);
        _log.Clock.Advance(TimeSpan.FromHours(1));
        await _log.RecordAsync(Lines(3));
        await RecordedAsync();
        var (lists, reads) = (_store.Lists, _store.Reads);

        for (var i = 0; i < 10; i++)
        {
            await _follower.CatchUpAsync(CancellationToken.None);
        }

        (_store.Lists - lists).ShouldBe(0);
        (_store.Reads - reads).ShouldBe(10 * 2);
    }

    [Fact]
    public async Task A_store_that_fails_is_read_on_where_it_failed()
    {
        await _log.RecordAsync(Lines(3));
        (await RecordedAsync()).ShouldBe(3);
        await _log.RecordAsync(Lines(3));

        _store.IsBroken = true;
        await _follower.CatchUpAsync(CancellationToken.None).ShouldThrowAsync<EventLogException>();
        _store.IsBroken = false;

        (await RecordedAsync()).ShouldBe(6);
    }

    private static IEnumerable<TestEvent> Lines(int count) => Enumerable.Repeat(new TestEvent(Now), count);

    // Moves on far enough for new segments to be looked for.
    private async Task<long> RecordedAsync()
    {
        _log.Clock.Advance(LogFollower.ListInterval);
        (await _follower.CatchUpAsync(CancellationToken.None)).ShouldBeTrue();
        return _follower.Ask(fold => fold.Recorded);
    }
}
