using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Tests.EventLog.Verification;

public sealed class LogVerifierTests : IDisposable
{
    private const string First = "20261122T073015000Z";
    private const string Second = "20261122T073020000Z";
    private const string MinutesLater = "20261122T073230000Z";
    private const string Gap = "partition 0: offsets 18 to 24 are in neither log";
    private const int TickSize = 4;

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_that_does_not_exist_yet_is_sound_and_empty() =>
        (await Verify()).ShouldBe(Sound(events: 0, deadLetters: 0, segments: 0, ticks: 0), Comparer);

    [Fact]
    public async Task A_log_as_the_recorder_writes_it_is_sound()
    {
        await Record([.. Tick(First, 0, 10, partition: 0), .. Tick(Second, 0, 10, partition: 1), TestEvents.Record(10, [1], partition: 1)]);

        (await Verify()).ShouldBe(Sound(events: 20, deadLetters: 1, segments: 3, ticks: 2), Comparer);
    }

    [Fact]
    public async Task Files_that_others_put_beside_those_of_the_log_are_named_and_are_not_a_problem()
    {
        await Record([.. Tick(First, 0, 10), TestEvents.Record(10, [1])]);
        var segment = LogFolder.Files(_folder.Path, LogKind.Events).Single();
        var folder = segment[..(segment.LastIndexOf('/') + 1)];
        string[] foreign =
        [
            "events/.DS_Store",
            $"{folder}._0001-00000000000000000000.jsonl",
            $"{folder}00001 (conflicted copy).jsonl",
            $"{folder}0001-00000000000000000000 (conflicted copy 2026-11-22).jsonl",
            $"{folder}0001-00000000000000000000.jsonl.bak",
            $"{folder}0001-00000000000000000000.jsonl~",
            "replays/notes.txt",
        ];
        foreach (var path in foreign)
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, Path.GetDirectoryName(path)!));
            File.Copy(Path.Combine(_folder.Path, segment), Path.Combine(_folder.Path, path));
        }

        (await Verify()).ShouldBe(Sound(events: 10, deadLetters: 1, segments: 2, ticks: 1) with { Foreign = foreign }, Comparer);
    }

    [Fact]
    public async Task A_missing_event_of_an_overtaken_tick_is_a_problem()
    {
        await Record([.. Renumbered(Tick(First, 0, 10).Where((_, index) => index is not (3 or 7))), .. Tick(MinutesLater, 8, 10)]);

        var report = await Verify();

        report.Problems.ShouldBe([$"2 of 10 events of tick {First} are missing, the first with index 3"]);
        report.MissingEvents.ShouldBe(2);
    }

    [Fact]
    public async Task What_may_still_come_is_not_missing()
    {
        await Record([.. Tick(First, 0, 10), .. Tick(Second, 10, 10)[..4], .. Tick("20261122T073025000Z", 14, 3)]);

        var report = await Verify();

        report.Problems.ShouldBeEmpty();
        report.UnfinishedTicks.ShouldBe(1);
        report.UnfinishedEvents.ShouldBe(6);
    }

    [Fact]
    public async Task A_backlog_that_is_read_unevenly_misses_nothing()
    {
        var ticks = Enumerable.Range(0, 200).Select(i => Core.Ticks.Tick.NameOf(new DateTimeOffset(2026, 11, 22, 7, 30, 0, TimeSpan.Zero).AddSeconds(5 * i))).ToArray();
        await Record([.. ticks[..10].Select((tick, i) => TestEvents.Record(i, TestEvents.WithIndex(0, tick, 2), partition: 0))]);
        await Record([.. ticks.Select((tick, i) => TestEvents.Record(i, TestEvents.WithIndex(1, tick, 2), partition: 1))]);

        var report = await Verify();

        report.Problems.ShouldBeEmpty();
        report.UnfinishedTicks.ShouldBe(190);
    }

    [Fact]
    public async Task A_dead_letter_is_not_missing()
    {
        var tick = Tick(First, 0, 10);
        var invalid = TestEvents.Record(4, TestEvents.Utf8(Encoding.UTF8.GetString(tick[4].Value!.Value.Span).Replace("user-1842", "", StringComparison.Ordinal)));
        await Record([.. tick[..4], invalid, .. tick[5..], .. Tick(MinutesLater, 10, 10)]);

        var report = await Verify();

        report.Problems.ShouldBeEmpty();
        (report.DeadLetters, report.MissingEvents, report.UnfinishedTicks).ShouldBe((1, 0, 0));
    }

    [Fact]
    public async Task Offsets_that_are_in_neither_log_are_a_problem_unless_gaps_are_allowed()
    {
        await Record([.. Renumbered(Tick(First, 0, 11)[..10], offset => offset < 4 ? offset : offset + 3), TestEvents.Record(15, [1])]);

        var report = await Verify();
        report.Problems.ShouldBe(["partition 0: offsets 4 to 6 are in neither log"]);
        report.Gaps.ShouldBe(3);

        report = await new LogVerifier(new FileSegmentStore(_folder.Path), clock: _clock, allowGaps: true).VerifyAsync(CancellationToken.None);
        report.ProblemCount.ShouldBe(0);
        report.Gaps.ShouldBe(3);
    }

    [Fact]
    public async Task A_gap_is_a_note_when_all_that_can_have_fallen_into_it_was_sent_again()
    {
        await Record(Sent.Except(Lost));
        var report = await Verify();
        report.Problems.ShouldBe([Gap]);
        report.Notes.ShouldBeEmpty();

        await Record(SentAgain(Lost));

        report = await Verify();
        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldBe([$"{Gap}; every tick from {NameOf(4)} to {NameOf(6)} is whole all the same"]);
        report.Gaps.ShouldBe(7);
    }

    [Fact]
    public async Task A_gap_stays_a_problem_while_a_tick_lacks_an_event_that_can_have_fallen_into_it()
    {
        await Record([.. Sent.Except(Lost), .. SentAgain(Lost[..^1])]);

        (await Verify()).Problems.ShouldBe([Gap]);
    }

    [Fact]
    public async Task A_gap_stays_a_problem_when_a_whole_tick_of_the_schedule_has_fallen_into_it()
    {
        await Record([.. Sent.Except(Lost), .. SentAgain(Lost.Where(record => record.Offset / TickSize != 5))]);

        var report = await Verify();
        report.Problems.ShouldBe([Gap]);
        report.UnfinishedTicks.ShouldBe(0, "there is no other trace of it");
    }

    [Fact]
    public async Task A_gap_stays_a_problem_when_the_event_behind_it_is_of_an_older_tick()
    {
        await Record([.. Sent[..18], .. Tick(NameOf(-30), 22, 1), .. Sent[25..], .. SentAgain(Lost)]);

        (await Verify()).Problems.ShouldBe(["partition 0: offsets 18 to 21 are in neither log"]);
    }

    [Fact]
    public async Task A_gap_before_the_first_event_stays_a_problem()
    {
        await Record([TestEvents.Record(0, [1]), .. Sent[2..], .. SentAgain(Sent[..2])]);

        (await Verify()).Problems.ShouldBe(["partition 0: offset 1 is in neither log"]);
    }

    [Fact]
    public async Task Dead_letters_beside_a_gap_do_not_hide_between_which_ticks_it_is()
    {
        await Record([
            .. Sent[..18], TestEvents.Record(18, [1]), TestEvents.Record(20, [1]), TestEvents.Record(24, [1]), .. Sent[25..], .. SentAgain(Lost)]);

        var report = await Verify();
        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldBe([
            $"partition 0: offset 19 is in neither log; every tick from {NameOf(4)} to {NameOf(6)} is whole all the same",
            $"partition 0: offsets 21 to 23 are in neither log; every tick from {NameOf(4)} to {NameOf(6)} is whole all the same"]);
    }

    [Fact]
    public async Task A_gap_within_a_tick_asks_for_that_tick_alone()
    {
        await Record(Renumbered(Tick(First, 0, 10), offset => offset < 4 ? offset : offset + 1));

        var report = await Verify();
        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldBe([$"partition 0: offset 4 is in neither log; tick {First} is whole all the same"]);
    }

    [Fact]
    public async Task Dead_letters_that_are_older_than_all_events_that_are_left_show_no_gap()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 7, 30, 0, TimeSpan.Zero));
        await Record([.. Tick(First, 0, 4), TestEvents.Record(4, [1]), .. Tick(Second, 5, 4)], clock);
        clock.Advance(TimeSpan.FromHours(2));
        await Record(Tick(MinutesLater, 9, 4), clock);
        File.Delete(Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogKind.Events)[0]));

        (await Verify()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dead_letters_of_an_hour_before_fill_their_gaps()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 7, 30, 0, TimeSpan.Zero));
        await Record([TestEvents.Record(0, [1]), TestEvents.Record(1, [1]), .. Tick(First, 2, 1)], clock);
        await Record([TestEvents.Record(3, [1])], clock);
        clock.Advance(TimeSpan.FromHours(2));
        await Record(Tick(Second, 4, 1), clock);

        (await Verify()).ShouldBe(Sound(events: 2, deadLetters: 3, segments: 3, ticks: 2), Comparer);
    }

    [Fact]
    public async Task An_event_that_appears_twice_is_a_problem()
    {
        await Record([.. Tick(First, 0, 10), TestEvents.Record(0, TestEvents.WithIndex(4, First, 10), partition: 1)]);

        (await Verify()).Problems.ShouldHaveSingleItem().ShouldEndWith($"event {First}-4 is one too many: its tick was whole before");
    }

    [Fact]
    public async Task An_event_that_appears_twice_before_its_tick_is_whole_is_a_problem()
    {
        await Record([.. Tick(First, 0, 10)[..5], TestEvents.Record(0, TestEvents.WithIndex(4, First, 10), partition: 1)]);

        (await Verify()).Problems.ShouldHaveSingleItem().ShouldEndWith($"event {First}-4 appears twice");
    }

    [Fact]
    public async Task Each_partition_of_each_log_is_reported()
    {
        await Record([.. Tick(First, 5, 10, partition: 0), TestEvents.Record(15, [1], partition: 0), .. Tick(Second, 0, 3, partition: 1)]);
        await Record([.. Tick("20261122T073025000Z", 2, 4, partition: 0)]);

        (await Verify()).Partitions.ShouldBe(
        [
            new PartitionReport(LogKind.Events, 0, Segments: 2, Generations: 2, 5, 5, Lines: 14, Repeated: 0),
            new PartitionReport(LogKind.Events, 1, Segments: 1, Generations: 1, 0, 2, Lines: 3, Repeated: 0),
            new PartitionReport(LogKind.DeadLetters, 0, Segments: 1, Generations: 1, 15, 15, Lines: 1, Repeated: 0),
        ]);
    }

    [Fact]
    public async Task Offsets_that_are_repeated_are_counted_by_partition()
    {
        await Record(Tick(First, 0, 3)[..2]);
        await ChangeOnlyFile(text => text + text);

        (await Verify()).Partitions.ShouldHaveSingleItem().Repeated.ShouldBe(1);
    }

    [Fact]
    public async Task Events_that_were_deleted_with_old_hours_are_not_missing()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 7, 59, 59, TimeSpan.Zero));
        const string Cut = "20261122T075955000Z";
        await Record(Tick(Cut, 0, 10)[..6], clock);
        clock.Advance(TimeSpan.FromMinutes(2));
        await Record([.. Tick(Cut, 0, 10)[6..], .. Tick("20261122T080105000Z", 10, 10)], clock);
        File.Delete(Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogKind.Events)[0]));

        var report = await Verify();

        report.Problems.ShouldBeEmpty();
        report.CutTicks.ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_partition_that_keeps_its_old_hour_does_not_make_deleted_events_missing()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 7, 59, 59, TimeSpan.Zero));
        await Record(Tick("20261122T075955000Z", 100, 1, partition: 0), clock);
        clock.Advance(TimeSpan.FromHours(1));
        await Record(Tick("20261122T085955000Z", 0, 10, partition: 1)[..6], clock);
        clock.Advance(TimeSpan.FromMinutes(2));
        await Record([.. Tick("20261122T085955000Z", 0, 10, partition: 1)[6..], .. Tick("20261122T090105000Z", 10, 10, partition: 1)], clock);
        File.Delete(Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogKind.Events).Single(path => path.Contains("hour=08", StringComparison.Ordinal))));

        (await Verify()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Progress_ends_with_all_that_was_read()
    {
        await Record([.. Tick(First, 0, 10), TestEvents.Record(10, [1])]);
        var reports = new List<VerificationProgress>();

        await new LogVerifier(new FileSegmentStore(_folder.Path), new ListProgress(reports)).VerifyAsync(CancellationToken.None);

        reports[^1].Lines.ShouldBe(11);
        reports[^1].Bytes.ShouldBe(reports[^1].TotalBytes);
    }

    [Fact]
    public async Task Events_that_disagree_on_the_size_of_their_tick_are_a_problem()
    {
        await Record([TestEvents.Record(0, TestEvents.WithIndex(0, First, 2)), TestEvents.Record(1, TestEvents.WithIndex(1, First, 3))]);

        (await Verify()).Problems.ShouldHaveSingleItem().ShouldEndWith($"event {First}-1 says that its tick has 3 events, others say 2");
    }

    [Fact]
    public async Task A_tick_of_an_absurd_size_costs_no_memory()
    {
        await Record([TestEvents.Record(0, TestEvents.WithIndex(int.MaxValue - 1, First, int.MaxValue)), .. Tick(MinutesLater, 1, 1)]);

        (await Verify()).Problems.ShouldBe([$"{int.MaxValue - 1} of {int.MaxValue} events of tick {First} are missing, the first with index 0"]);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00", "00010101T000000000Z")]
    [InlineData("9999-12-31T23:59:59", "99991231T235959999Z")]
    public async Task A_tick_at_the_end_of_time_breaks_nothing(string _, string tick)
    {
        await Record([.. Tick(tick, 0, 3), .. Tick(First, 3, 3)]);

        (await Verify()).ProblemCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_torn_line_is_a_problem()
    {
        await Record(Tick(First, 0, 10));
        await ChangeOnlyFile(text => text[..^20]);

        (await Verify()).Problems.ShouldContain(problem => problem.Contains("the last line is torn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_out_of_order_are_a_problem()
    {
        await Record(Tick(First, 0, 3));
        await ChangeOnlyFile(text => string.Join('\n', text.TrimEnd('\n').Split('\n').Reverse()) + "\n");

        (await Verify()).Problems.ShouldContain(problem => problem.EndsWith("offset 1 comes after offset 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_that_stands_twice_is_a_problem()
    {
        await Record(Tick(First, 0, 3));
        await ChangeOnlyFile(text => text + text);

        (await Verify()).ProblemCount.ShouldBe(4, "an offset that goes back, and three events that appear twice");
    }

    [Theory]
    [InlineData("a foreign line\n", "a line does not begin with its Kafka position")]
    [InlineData("{\"kafkapartition\":0,\"kafkaoffset\":3,\"id\":1}\n", "id: must be TICK-INDEX")]
    [InlineData("{\"kafkapartition\":7,\"kafkaoffset\":3,\"id\":1}\n", "a line is of partition 7")]
    public async Task A_foreign_line_is_a_problem(string line, string problem)
    {
        await Record(Tick(First, 0, 3));
        await ChangeOnlyFile(text => text + line);

        (await Verify()).Problems.ShouldContain(found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_first_problems_are_spelled_out_and_all_are_counted()
    {
        await Record(Tick(First, 0, 3));
        await ChangeOnlyFile(text => text + string.Concat(Enumerable.Repeat("x\n", 1000)));

        var report = await Verify();

        report.Problems.Count.ShouldBe(LogVerifier.MaxProblems);
        report.ProblemCount.ShouldBe(1000);
    }

    private static readonly IEqualityComparer<VerificationReport> Comparer = EqualityComparer<VerificationReport>.Create(
        (left, right) => left! with { Problems = [], Partitions = [], Foreign = [], Notes = [] } == right! with { Problems = [], Partitions = [], Foreign = [], Notes = [] }
            && left.Problems.SequenceEqual(right.Problems)
            && left.Notes.SequenceEqual(right.Notes)
            && left.Foreign.SequenceEqual(right.Foreign));

    private static VerificationReport Sound(long events, long deadLetters, int segments, int ticks) =>
        new(events, deadLetters, Copies: 0, segments, ticks, UnfinishedTicks: 0, CutTicks: 0, MissingEvents: 0, UnfinishedEvents: 0, Gaps: 0, Partitions: [], Problems: [], ProblemCount: 0, Foreign: [], Notes: []);

    private static ConsumedRecord[] Tick(string tick, long firstOffset, int size, int partition = 0) =>
        [.. Enumerable.Range(0, size).Select(index => TestEvents.Record(firstOffset + index, TestEvents.WithIndex(index, tick, size), partition))];

    /// <summary>What was sent to partition 0: a tick every five seconds.</summary>
    private static ConsumedRecord[] Sent { get; } = [.. Enumerable.Range(0, 12).SelectMany(i => Tick(NameOf(i), i * TickSize, TickSize))];

    /// <summary>Half of tick 4, tick 5 and an event of tick 6.</summary>
    private static ConsumedRecord[] Lost => Sent[18..25];

    private static string NameOf(int tick) => Core.Ticks.Tick.NameOf(new DateTimeOffset(2026, 11, 22, 7, 30, 0, TimeSpan.Zero).AddSeconds(5 * tick));

    private static IEnumerable<ConsumedRecord> SentAgain(IEnumerable<ConsumedRecord> records) =>
        records.Select((record, i) => record with { Offset = Sent.Length + i });

    private async Task Record(IEnumerable<ConsumedRecord> batch, TimeProvider? clock = null)
    {
        using var recorder = new EventRecorder(new FileSegmentStore(_folder.Path), clock ?? TimeProvider.System);
        await recorder.RecordAsync([.. batch], CancellationToken.None);
    }

    private async Task ChangeOnlyFile(Func<string, string> change)
    {
        var path = Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogKind.Events).Single());
        await File.WriteAllTextAsync(path, change(await File.ReadAllTextAsync(path)));
    }

    private Task<VerificationReport> Verify() =>
        new LogVerifier(new FileSegmentStore(_folder.Path), clock: _clock).VerifyAsync(CancellationToken.None);

    private static IEnumerable<ConsumedRecord> Renumbered(IEnumerable<ConsumedRecord> records, Func<int, int>? offset = null) =>
        records.Select((record, i) => record with { Offset = offset?.Invoke(i) ?? i });

    private sealed class ListProgress(List<VerificationProgress> reports) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => reports.Add(value);
    }
}
