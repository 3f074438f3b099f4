using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Tests.EventLog.Verification;

public sealed class LogVerifierTests : IDisposable
{
    private const string First = "20261122T073015000Z";
    private const string Second = "20261122T073020000Z";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_that_does_not_exist_yet_is_sound_and_empty() =>
        (await Verify()).ShouldBe(Sound(events: 0, deadLetters: 0, segments: 0, ticks: 0), Comparer);

    [Fact]
    public async Task A_log_as_the_recorder_writes_it_is_sound()
    {
        await Record([.. Tick(First, 0, 10, partition: 0), .. Tick(Second, 0, 10, partition: 1), TestEvents.Record(99, [1], partition: 1)]);

        (await Verify()).ShouldBe(Sound(events: 20, deadLetters: 1, segments: 3, ticks: 2), Comparer);
    }

    [Fact]
    public async Task A_missing_event_of_a_finished_tick_is_a_problem()
    {
        await Record([.. Tick(First, 0, 10).Where((_, index) => index is not (3 or 7)), .. Tick(Second, 10, 10)]);

        (await Verify()).Problems.ShouldBe([$"2 of 10 events of tick {First} are missing, the first with index 3"]);
    }

    [Fact]
    public async Task The_newest_tick_may_still_be_on_its_way()
    {
        await Record([.. Tick(First, 0, 10), .. Tick(Second, 10, 10)[..4]]);

        var report = await Verify();

        report.Problems.ShouldBeEmpty();
        report.UnfinishedTicks.ShouldBe(1);
    }

    [Fact]
    public async Task A_tick_that_is_older_than_the_newest_by_a_minute_has_had_its_time()
    {
        await Record([.. Tick(First, 0, 10)[..9], .. Tick("20261122T073116000Z", 10, 10)[..9]]);

        (await Verify()).Problems.ShouldHaveSingleItem().ShouldStartWith($"1 of 10 events of tick {First}");
    }

    [Fact]
    public async Task An_event_that_is_there_twice_is_a_problem()
    {
        await Record([.. Tick(First, 0, 10), TestEvents.Record(10, TestEvents.WithIndex(4, First, 10))]);

        (await Verify()).Problems.ShouldHaveSingleItem().ShouldEndWith($"event {First}-4 is one too many: its tick was complete before");
    }

    [Fact]
    public async Task An_event_that_is_there_twice_before_its_tick_is_complete_is_a_problem()
    {
        await Record([.. Tick(First, 0, 10)[..5], TestEvents.Record(10, TestEvents.WithIndex(4, First, 10))]);

        (await Verify()).Problems.ShouldHaveSingleItem().ShouldEndWith($"event {First}-4 is there twice");
    }

    [Fact]
    public async Task Each_partition_of_each_log_is_reported()
    {
        await Record([.. Tick(First, 5, 10, partition: 0), TestEvents.Record(20, [1], partition: 0), .. Tick(Second, 0, 3, partition: 1)]);
        await Record([.. Tick("20261122T073025000Z", 2, 4, partition: 0)]);

        (await Verify()).Partitions.ShouldBe(
        [
            new PartitionReport(LogKind.Events, 0, Segments: 2, Generations: 2, 5, 5, Lines: 14, Skipped: 0, Repeated: 0),
            new PartitionReport(LogKind.Events, 1, Segments: 1, Generations: 1, 0, 2, Lines: 3, Skipped: 0, Repeated: 0),
            new PartitionReport(LogKind.DeadLetters, 0, Segments: 1, Generations: 1, 20, 20, Lines: 1, Skipped: 0, Repeated: 0),
        ]);
    }

    [Fact]
    public async Task Offsets_that_are_skipped_or_repeated_are_counted_by_partition()
    {
        await Record([TestEvents.Record(0, TestEvents.WithIndex(0, First, 3)), TestEvents.Record(7, TestEvents.WithIndex(1, First, 3))]);
        await ChangeOnlyFile(text => text + text);

        var partition = (await Verify()).Partitions.ShouldHaveSingleItem();

        partition.Skipped.ShouldBe(12);
        partition.Repeated.ShouldBe(1);
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
        await Record([.. Tick(First, 0, 10), TestEvents.Record(99, [1])]);
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
        await Record([TestEvents.Record(0, TestEvents.WithIndex(int.MaxValue - 1, First, int.MaxValue)), .. Tick(Second, 1, 1)]);

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

        (await Verify()).ProblemCount.ShouldBe(4, "an offset that goes back, and three events that are there twice");
    }

    [Theory]
    [InlineData("a foreign line\n", "a line does not begin with its Kafka position")]
    [InlineData("{\"kafkapartition\":0,\"kafkaoffset\":90,\"id\":1}\n", "id: must be TICK-INDEX")]
    [InlineData("{\"kafkapartition\":7,\"kafkaoffset\":90,\"id\":1}\n", "a line is of partition 7")]
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
        (left, right) => left! with { Problems = [], Partitions = [] } == right! with { Problems = [], Partitions = [] } && left.Problems.SequenceEqual(right.Problems));

    private static VerificationReport Sound(long events, long deadLetters, int segments, int ticks) =>
        new(events, deadLetters, segments, ticks, UnfinishedTicks: 0, CutTicks: 0, MissingEvents: 0, Partitions: [], Problems: [], ProblemCount: 0);

    private static ConsumedRecord[] Tick(string tick, long firstOffset, int size, int partition = 0) =>
        [.. Enumerable.Range(0, size).Select(index => TestEvents.Record(firstOffset + index, TestEvents.WithIndex(index, tick, size), partition))];

    private async Task Record(ConsumedRecord[] batch, TimeProvider? clock = null)
    {
        using var recorder = new EventRecorder(new FileSegmentStore(_folder.Path), clock ?? TimeProvider.System);
        await recorder.RecordAsync(batch, CancellationToken.None);
    }

    private async Task ChangeOnlyFile(Func<string, string> change)
    {
        var path = Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogKind.Events).Single());
        await File.WriteAllTextAsync(path, change(await File.ReadAllTextAsync(path)));
    }

    private Task<VerificationReport> Verify() =>
        new LogVerifier(new FileSegmentStore(_folder.Path)).VerifyAsync(CancellationToken.None);

    private sealed class ListProgress(List<VerificationProgress> reports) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => reports.Add(value);
    }
}
