using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Tests.EventLog.Verification;

public sealed class OffsetAuditTests
{
    private static readonly DateTimeOffset Hour = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset AfterHour = Hour.AddMinutes(1);

    private readonly OffsetAudit _audit = new();

    [Fact]
    public void Offsets_between_the_lines_that_are_in_neither_log_are_gaps()
    {
        AddEvents(3, 4, 8, 9, 12);
        AddDeadLetters(5, 10);

        Gaps().ShouldBe(["partition 0: offsets 6 to 7 are in neither log", "partition 0: offset 11 is in neither log"]);
        _audit.Gaps.Sum(gap => gap.Count).ShouldBe(3);
    }

    [Fact]
    public void Dead_letters_before_and_after_the_events_hide_nothing()
    {
        AddEvents(5, 7);
        AddDeadLetters(0, 1, 2, 3, 4, 8);

        Gaps().ShouldBe(["partition 0: offset 6 is in neither log"]);
    }

    [Fact]
    public void What_is_between_the_last_event_and_a_dead_letter_may_still_come()
    {
        AddEvents(0, 1);
        AddDeadLetters(4);
        Gaps().ShouldBeEmpty();

        AddEvents(5);

        Gaps().ShouldBe(["partition 0: offsets 2 to 3 are in neither log"]);
    }

    [Fact]
    public void Each_partition_counts_for_itself()
    {
        Add(LogKind.Events, partition: 1, generation: 1, 0, 2);
        Add(LogKind.DeadLetters, partition: 0, generation: 1, 1);

        Gaps().ShouldBe(["partition 1: offset 1 is in neither log"]);
    }

    [Fact]
    public void Records_that_came_late_fill_their_gap_although_they_are_in_a_generation_of_their_own()
    {
        Add(LogKind.Events, 0, 1, 0, 1, 5, 6, 9);
        Gaps().Length.ShouldBe(2);

        Add(LogKind.Events, 0, 2, 2, 3, 4, 10, 11);

        Gaps().ShouldBe(["partition 0: offsets 7 to 8 are in neither log"]);
    }

    [Fact]
    public void A_topic_that_was_created_again_begins_its_offsets_again()
    {
        Add(LogKind.Events, 0, 1, 0, 1, 2);
        Add(LogKind.Events, 0, 2, 0, 2, 3);

        Gaps().ShouldBe(["partition 0, generation 2: offset 1 is in neither log"]);
    }

    [Fact]
    public void A_dead_letter_fills_its_gap_although_its_log_has_not_noticed_that_the_topic_was_created_again()
    {
        Add(LogKind.Events, 0, 1, 0, 1, 2);
        Add(LogKind.Events, 0, 2, 0, 1, 2, 3, 4, 6, 7, 10);
        Add(LogKind.DeadLetters, 0, 1, 5, 9);

        Gaps().ShouldBe(["partition 0, generation 2: offset 8 is in neither log"]);
    }

    [Fact]
    public void Only_of_so_many_gaps_the_ticks_are_told()
    {
        for (var offset = 0L; offset <= 2 * (OffsetAudit.MaxGapsWithTicks + 1); offset += 2)
        {
            _audit.Add(new SegmentName(LogKind.Events, Hour, 0, 1, 0), offset, Hour);
        }

        var gaps = _audit.Gaps.ToArray();
        gaps[OffsetAudit.MaxGapsWithTicks - 1].FirstTick.ShouldBe(Hour);
        gaps[OffsetAudit.MaxGapsWithTicks].FirstTick.ShouldBe(default);
    }

    [Fact]
    public void A_partition_that_begins_at_its_first_offset_has_lost_nothing()
    {
        AddEvents(0);
        _audit.CompleteFrom.ShouldBe(DateTimeOffset.MinValue);

        Add(LogKind.Events, partition: 1, generation: 1, 5);
        _audit.CompleteFrom.ShouldBe(AfterHour);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_partition_may_begin_with_dead_letters(int firstEvent, bool isComplete)
    {
        AddDeadLetters(0);
        AddEvents(firstEvent);

        _audit.CompleteFrom.ShouldBe(isComplete ? DateTimeOffset.MinValue : AfterHour);
    }

    [Fact]
    public void A_later_generation_tells_that_one_before_was_deleted()
    {
        Add(LogKind.Events, 0, 2, 0);

        _audit.CompleteFrom.ShouldBe(AfterHour);
    }

    [Fact]
    public void The_order_of_the_lines_and_the_parts_they_are_counted_in_change_nothing()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var offsets = Enumerable.Range(random.Next(10), random.Next(1, 5000)).Where(_ => random.Next(20) > 0).ToArray();
            var lines = offsets.Select(offset => random.Next(10) == 0
                ? (Offset: offset, Log: LogKind.DeadLetters, Tick: default)
                : (Offset: offset, Log: LogKind.Events, Tick: Hour.AddSeconds(random.Next(offset + 1)))).ToArray();
            var events = lines.Where(line => line.Log == LogKind.Events).ToArray();
            var expected = (
                from gap in Enumerable.Range(0, 5010).Except(offsets)
                where offsets[0] < gap && gap < events.LastOrDefault().Offset
                select ((long)gap,
                    events.Where(line => line.Offset < gap).Select(line => line.Tick).DefaultIfEmpty().Max(),
                    events.First(line => line.Offset > gap).Tick)).ToArray();

            // The dead letters of the topic before may have the same offsets.
            lines = [.. lines, .. events.Where(_ => random.Next(3) == 0).Select(line => (line.Offset, LogKind.DeadLetters, default(DateTimeOffset)))];
            random.Shuffle(lines);
            var parts = Enumerable.Range(0, 3).Select(_ => new OffsetAudit()).ToArray();
            foreach (var (offset, log, tick) in lines)
            {
                parts[random.Next(3)].Add(new SegmentName(log, Hour, 0, 1, 0), offset, tick);
            }

            parts[0].Merge(parts[1]);
            parts[2].Merge(parts[0]);

            parts[2].Gaps
                .SelectMany(gap => Enumerable.Range(0, (int)gap.Count).Select(i => (gap.First + i, gap.FirstTick, gap.LastTick)))
                .ShouldBe(expected, $"seed {seed}");
        }
    }

    [Fact]
    public void Too_many_gaps_are_only_counted_and_that_is_said()
    {
        AddEvents(Enumerable.Range(0, OffsetAudit.MaxRanges / 2).Select(i => 2L * i));
        _audit.Limit.ShouldBeNull();
        _audit.Gaps.Sum(gap => gap.Count).ShouldBe((OffsetAudit.MaxRanges / 2) - 1);

        AddEvents(Enumerable.Range(OffsetAudit.MaxRanges / 2, 2 * OffsetAudit.MaxRanges).Select(i => 2L * i));
        AddDeadLetters(1, 3);

        const int Count = (5 * OffsetAudit.MaxRanges / 2) - 3;
        Gaps().ShouldBe([$"partition 0: {Count} offsets between 0 and {(5 * OffsetAudit.MaxRanges) - 2} are in neither log"]);
        _audit.Limit.ShouldNotBeNull();
    }

    private string[] Gaps() => [.. _audit.Gaps.Select(gap => gap.ToString())];

    private void AddEvents(params IEnumerable<long> offsets) => Add(LogKind.Events, 0, 1, offsets);

    private void AddDeadLetters(params IEnumerable<long> offsets) => Add(LogKind.DeadLetters, 0, 1, offsets);

    private void Add(LogKind log, int partition, int generation, params IEnumerable<long> offsets)
    {
        var segment = new SegmentName(log, Hour, partition, generation, 0);
        foreach (var offset in offsets)
        {
            _audit.Add(segment, offset);
        }
    }
}
