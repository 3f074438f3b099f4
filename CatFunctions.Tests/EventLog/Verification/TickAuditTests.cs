using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Tests.EventLog.Verification;

public sealed class TickAuditTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TickAudit _audit = new();
    private long _offset;

    [Fact]
    public void A_tick_is_whole_when_all_of_its_events_are_there_in_any_order()
    {
        foreach (var index in Enumerable.Range(0, 5000).OrderBy(index => index * 7919 % 5000))
        {
            Judge(Noon, 5000).State.ShouldBe(TickState.InFlight);
            Add(Noon, index, 5000).ShouldBeNull();
        }

        Judge(Noon, 5000).State.ShouldBe(TickState.Whole);
        Judge(Noon, 5000).Missing.ShouldBeEmpty();
        _audit.Ticks.ShouldBe(1);
    }

    [Fact]
    public void Whole_ticks_are_told_from_those_that_were_never_seen()
    {
        var start = new DateTimeOffset(2026, 11, 22, 23, 59, 30, TimeSpan.Zero);
        foreach (var i in Enumerable.Range(0, 100))
        {
            Add(start.AddMilliseconds(i * 2500), 0, 1).ShouldBeNull();
        }

        _audit.Ticks.ShouldBe(100);
        for (var milliseconds = -1000; milliseconds < 251_000; milliseconds += 250)
        {
            var isWhole = milliseconds is >= 0 and < 250_000 && milliseconds % 2500 == 0;
            (Judge(start.AddMilliseconds(milliseconds), 1).State == TickState.Whole).ShouldBe(isWhole);
        }
    }

    [Fact]
    public void The_missing_indices_are_told()
    {
        foreach (var index in Enumerable.Range(0, 3000).Except([0, 63, 64, 1023, 1024, 2999]))
        {
            Add(Noon, index, 3000);
        }

        Judge(Noon, 3000).Missing.ShouldBe([0, 63, 64, 1023, 1024, 2999]);
        JudgeAll().UnfinishedEvents.ShouldBe(6);
    }

    [Fact]
    public void An_event_that_appears_twice_is_named()
    {
        Add(Noon, 0, 2).ShouldBeNull();
        Add(Noon, 0, 2).ShouldBe("event 20261122T120000000Z-0 appears twice");
        Add(Noon, 1, 2).ShouldBeNull();
        Add(Noon, 1, 2).ShouldBe("event 20261122T120000000Z-1 is one too many: its tick was whole before");
    }

    [Fact]
    public void Events_that_disagree_about_the_size_of_their_tick_are_named_and_counted_for_each_size()
    {
        Add(Noon, 0, 2).ShouldBeNull();
        Add(Noon, 0, 3).ShouldBe("event 20261122T120000000Z-0 says that its tick has 3 events, others say 2");
        Add(Noon, 1, 3).ShouldBeNull();
        Add(Noon.AddMinutes(2), 0, 2);
        JudgeAll().Missing.Select(tick => (tick.Size, tick.Missing)).ShouldBe([(2, 1), (3, 1)]);
        Judge(Noon, 3).Missing.ShouldBe([2]);

        Add(Noon, 1, 2).ShouldBeNull();

        JudgeAll().Missing.ShouldBeEmpty();
        Add(Noon, 2, 3).ShouldBe("event 20261122T120000000Z-2 is one too many: its tick was whole before");
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(60.001, true)]
    public void A_tick_is_overtaken_by_one_that_is_over_a_minute_later(double seconds, bool isOvertaken)
    {
        Add(Noon, 0, 2);
        Add(Noon.AddSeconds(seconds), 0, 2);

        var verdict = Judge(Noon, 2);

        verdict.State.ShouldBe(isOvertaken ? TickState.Overtaken : TickState.InFlight);
        verdict.Missing.ShouldBe([1]);
    }

    [Fact]
    public void A_tick_that_the_log_has_nothing_of_is_overtaken_too()
    {
        Judge(Noon, 3).State.ShouldBe(TickState.InFlight);

        Add(Noon.AddMinutes(2), 0, 1);

        Judge(Noon, 3).State.ShouldBe(TickState.Overtaken);
        Judge(Noon, 3).Missing.ShouldBe([0, 1, 2]);
        JudgeAll().Missing.ShouldBeEmpty();
    }

    [Fact]
    public void Every_partition_must_have_gone_past_a_tick()
    {
        Add(Noon, 0, 3, partition: 0);
        Add(Noon, 1, 3, partition: 1);
        Add(Noon.AddMinutes(30), 0, 3, partition: 0);
        Judge(Noon, 3).State.ShouldBe(TickState.InFlight);

        Add(Noon.AddMinutes(20), 0, 3, partition: 1);

        Judge(Noon, 3).State.ShouldBe(TickState.Overtaken);
        Judge(Noon.AddMinutes(20), 3).State.ShouldBe(TickState.InFlight);
    }

    [Fact]
    public void A_backlog_that_is_read_unevenly_after_a_long_outage_is_not_overtaken()
    {
        Add(Noon, 0, 4, partition: 0);
        Add(Noon, 1, 4, partition: 1);
        for (var minutes = 0; minutes < 300; minutes++)
        {
            Add(Noon.AddMinutes(minutes), 2, 4, partition: 0, hour: Noon.AddHours(5));
        }

        Judge(Noon, 4).State.ShouldBe(TickState.InFlight);
        JudgeAll().Missing.ShouldBeEmpty();
    }

    [Fact]
    public void A_partition_that_is_silent_while_others_are_recorded_for_over_an_hour_is_not_waited_for()
    {
        Add(Noon, 0, 3, partition: 0);
        Add(Noon, 1, 3, partition: 1);
        Add(Noon.AddMinutes(70), 0, 3, partition: 0, hour: Noon.AddHours(1));
        Judge(Noon, 3).State.ShouldBe(TickState.InFlight, "13:10 may be minutes after the last record of the silent partition");

        Add(Noon.AddMinutes(180), 0, 3, partition: 0, hour: Noon.AddHours(3));

        Judge(Noon, 3).State.ShouldBe(TickState.Overtaken);
    }

    [Fact]
    public void What_was_sent_again_is_overtaken_only_by_ticks_after_that()
    {
        var resent = Noon.AddMinutes(10);
        Add(Noon, 0, 2);
        Add(resent.AddSeconds(60), 0, 2);
        Judge(Noon, 2).State.ShouldBe(TickState.Overtaken);
        Judge(Noon, 2, resent).State.ShouldBe(TickState.InFlight);

        Add(resent.AddSeconds(65), 0, 2);

        Judge(Noon, 2, resent).State.ShouldBe(TickState.Overtaken);
    }

    [Fact]
    public void A_tick_from_the_future_overtakes_none()
    {
        Add(Noon, 0, 2);
        Add(DateTimeOffset.MaxValue, 0, 2);

        Judge(Noon, 2).State.ShouldBe(TickState.InFlight);
    }

    [Fact]
    public void After_a_clock_was_a_day_ahead_the_ticks_that_follow_still_overtake_one_another()
    {
        Add(Noon.AddDays(1), 0, 1);
        Add(Noon, 0, 2);
        Judge(Noon, 2, now: Noon).State.ShouldBe(TickState.InFlight);

        Add(Noon.AddMinutes(2), 0, 2);

        Judge(Noon, 2, now: Noon.AddMinutes(2)).State.ShouldBe(TickState.Overtaken);
    }

    [Fact]
    public void Ticks_that_retention_has_cut_are_not_missing()
    {
        Add(Noon, 0, 2);
        Add(Noon.AddMinutes(2), 0, 2);

        var findings = JudgeAll(completeFrom: Noon.AddMinutes(1));

        findings.Cut.ShouldBe(1);
        findings.Missing.ShouldBeEmpty();
    }

    [Fact]
    public void A_dead_letter_counts_as_there()
    {
        Add(Noon, 0, 3);
        AddDeadLetter(Noon, 1, 3);
        Judge(Noon, 3).Missing.ShouldBe([2]);

        AddDeadLetter(Noon, 2, 3);
        Add(Noon.AddMinutes(2), 0, 1);

        Judge(Noon, 3).State.ShouldBe(TickState.Whole);
        JudgeAll().ShouldSatisfyAllConditions(
            findings => findings.Missing.ShouldBeEmpty(),
            findings => findings.Unfinished.ShouldBe(0));
    }

    [Fact]
    public void A_dead_letter_that_is_replayed_and_becomes_an_event_does_not_appear_twice()
    {
        AddDeadLetter(Noon, 0, 2);
        AddDeadLetter(Noon, 1, 2);

        Add(Noon, 0, 2).ShouldBeNull();
        Add(Noon, 1, 2).ShouldBeNull();

        Add(Noon, 1, 2).ShouldNotBeNull();
    }

    [Fact]
    public void A_dead_letter_contradicts_no_event()
    {
        AddDeadLetter(Noon, 0, 7);

        Add(Noon, 0, 2).ShouldBeNull();
        Add(Noon.AddMinutes(2), 0, 1);

        JudgeAll().Missing.ShouldHaveSingleItem().Size.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"id":"20261122T120000000Z-1","ticksize":3}""", true)]
    [InlineData("""{"data":{"id":"20261122T120000000Z-2","ticksize":9},"ticksize":3,"id":"20261122T120000000Z-1"}""", true)]
    [InlineData("\uFEFF{\"id\":\"20261122T120000000Z-1\",\"ticksize\":3}", true)]
    [InlineData("""{"id":"20261122T120000000Z-1","ticksize":3,"data":""", true)]
    [InlineData("""{"id":"20261122T120000000Z-1","ticksize":3,"time":}""", true)]
    [InlineData("""{"id":"20261122T120000000Z-1","ticksize":1}""", false)]
    [InlineData("""{"id":"20261122T120000000Z-1","ticksize":"3"}""", false)]
    [InlineData("""{"id":"20261122T120000000Z-1","ticksize":3,"\ud800":1}""", true)]
    [InlineData("""{"\ud800":1,"id":"20261122T120000000Z-1","ticksize":3}""", false)]
    [InlineData("""{"id":"another","ticksize":3}""", false)]
    [InlineData("""{"id":7,"ticksize":3}""", false)]
    [InlineData("""{"id":"20261122T120000000Z-1"}""", false)]
    [InlineData("""["id","20261122T120000000Z-1","ticksize",3]""", false)]
    [InlineData("5, 50", false)]
    [InlineData("", false)]
    public void A_dead_letter_is_read_as_far_as_it_can_be(string value, bool counts)
    {
        _audit.AddDeadLetter(TestEvents.Utf8(value));

        Judge(Noon, 3).Missing.ShouldBe(counts ? [0, 2] : [0, 1, 2]);
    }

    [Fact]
    public void Only_so_many_open_ticks_are_followed_and_the_rest_is_said()
    {
        const int Ticks = (2 * TickAudit.MaxOpenTicks) + 1;
        _audit.Limits.ShouldBeEmpty();

        for (var i = 0; i < Ticks; i++)
        {
            Add(Noon.AddSeconds(i), 0, 2);
        }

        var findings = JudgeAll(now: Noon.AddSeconds(Ticks));
        var judged = findings.Missing.Count + findings.Unfinished;
        judged.ShouldBeInRange(TickAudit.MaxOpenTicks / 2, TickAudit.MaxOpenTicks);
        _audit.GivenUp.ShouldBe(Ticks - judged);
        _audit.Ticks.ShouldBe(Ticks);
        _audit.Limits.ShouldBe([$"Too many ticks were unfinished at once: {_audit.GivenUp} of them, which lacked {_audit.GivenUp} events at that time, are not checked."]);
        Judge(Noon, 2).ShouldSatisfyAllConditions(
            verdict => verdict.State.ShouldBe(TickState.InFlight),
            verdict => verdict.Missing.ShouldBeEmpty());
        Judge(Noon.AddSeconds(Ticks - 1), 2).Missing.ShouldBe([1]);
    }

    [Fact]
    public void Ticks_that_are_whole_with_their_dead_letters_make_room_before_others()
    {
        Add(Noon.AddDays(-1), 0, 2);
        for (var i = 0; i < TickAudit.MaxOpenTicks; i++)
        {
            AddDeadLetter(Noon.AddSeconds(i), 0, 1);
        }

        _audit.Limits.ShouldBeEmpty();
        Judge(Noon.AddDays(-1), 2).Missing.ShouldBe([1]);
        Judge(Noon, 1).State.ShouldBe(TickState.Whole);
    }

    [Fact]
    public void A_tick_of_an_absurd_size_takes_no_more_than_its_share()
    {
        for (var index = 0; index < int.MaxValue - 4096; index += 4096)
        {
            Add(Noon, index, int.MaxValue);
        }

        _audit.GivenUp.ShouldBe(1);
        Add(Noon, 1, int.MaxValue).ShouldBeNull();
    }

    [Fact]
    public void Only_so_many_whole_ticks_are_remembered_and_the_rest_is_said()
    {
        const int Ticks = 1_000_001;
        for (var i = 0; i < Ticks; i++)
        {
            Add(Noon.AddMinutes(i), 0, 1);
        }

        _audit.Ticks.ShouldBe(Ticks);
        _audit.Limits.ShouldBeEmpty();
        Add(Noon.AddMinutes(Ticks - 1), 0, 1).ShouldNotBeNull();

        Add(Noon, 0, 1).ShouldBeNull();

        _audit.Limits.ShouldBe(["There are too many ticks to remember: 1 events of the oldest are not checked."]);
        Judge(Noon, 1).ShouldSatisfyAllConditions(
            verdict => verdict.State.ShouldBe(TickState.InFlight),
            verdict => verdict.Missing.ShouldBeEmpty());
    }

    [Fact]
    public void The_order_of_the_lines_and_the_parts_they_are_counted_in_change_nothing()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var events = RandomLog(random);
            var deadLetters = events.Where(_ => random.Next(50) == 0).Select(logged => (logged.Tick, logged.Index, logged.Size)).ToArray();
            events = [.. events.Where(_ => random.Next(50) > 0)];
            var expected = Missing(events, deadLetters);

            random.Shuffle(events);
            var parts = Enumerable.Range(0, 3).Select(_ => new TickAudit()).ToArray();
            foreach (var (segment, offset, tick, index, size) in events)
            {
                parts[random.Next(3)].Add(segment, offset, new EventId(tick, index), size);
            }

            foreach (var (tick, index, size) in deadLetters)
            {
                parts[random.Next(3)].AddDeadLetter(TestEvents.WithIndex(index, Tick.NameOf(tick), size));
            }

            parts[0].Merge(parts[1]);
            parts[2].Merge(parts[0]);

            parts[2].JudgeAll(default, Noon.AddDays(1)).Missing
                .Select(tick => $"{(tick.Time, tick.Size)}: {string.Join(' ', tick.MissingIndices())}")
                .ShouldBe(expected, $"seed {seed}");
            foreach (var tick in expected.Zip(parts[2].JudgeAll(default, Noon.AddDays(1)).Missing, (_, tick) => tick))
            {
                var verdict = parts[2].Judge(tick.Time, tick.Size, Noon.AddDays(1));
                verdict.State.ShouldBe(TickState.Overtaken);
                verdict.Missing.ShouldBe(tick.MissingIndices());
            }
        }
    }

    [Theory]
    [InlineData(30, 45, true)]
    [InlineData(45, 45, true)]
    [InlineData(0, 80, true)]
    [InlineData(0, 95, false)] // around it are no ticks that show the interval
    [InlineData(45, 30, false)]
    [InlineData(30, 47, false)]
    [InlineData(-5, 10, false)]
    [InlineData(90, 100, false)]
    public void A_stretch_of_the_schedule_is_whole_when_each_of_its_ticks_is(int first, int last, bool expected)
    {
        AddWhole(Enumerable.Range(0, 20).Select(i => 5 * i));

        AreWhole(first, last).ShouldBe(expected);
    }

    [Fact]
    public void A_stretch_is_not_whole_while_one_of_its_ticks_lacks_an_event_or_all_of_them()
    {
        AddWhole(Enumerable.Range(0, 20).Except([6]).Select(i => 5 * i));
        AreWhole(25, 35).ShouldBeFalse();

        Add(Noon.AddSeconds(30), 0, 2);
        AreWhole(25, 35).ShouldBeFalse();

        AddDeadLetter(Noon.AddSeconds(30), 1, 2);
        AreWhole(25, 35).ShouldBeTrue();
        AreWhole(30, 30).ShouldBeTrue();
    }

    [Theory]
    [InlineData(new[] { 0, 5, 20, 25, 30 }, false)]
    [InlineData(new[] { 0, 15, 30, 45, 60 }, true)]
    [InlineData(new[] { 0, 15, 30, 45 }, false)] // too few
    [InlineData(new[] { 5, 20, 35, 50, 65 }, true)]
    [InlineData(new[] { 5, 20, 35, 50, 55 }, false)] // perhaps the shorter one began before
    public void The_interval_of_a_schedule_is_the_shortest_that_the_ticks_around_show(int[] seconds, bool expected)
    {
        AddWhole(seconds);

        AreWhole(seconds.First(second => second is 5 or 15), seconds.First(second => second is 20 or 30)).ShouldBe(expected);
    }

    [Fact]
    public void Ticks_that_were_given_up_are_not_whole()
    {
        AddWhole([0, 5, 10, 20, 25, 30]);
        Add(Noon.AddSeconds(15), 0, 2);
        for (var i = 0; i < TickAudit.MaxOpenTicks; i++)
        {
            Add(Noon.AddHours(1).AddSeconds(i), 0, 2);
        }

        _audit.GivenUp.ShouldBeGreaterThan(0);
        Add(Noon.AddSeconds(15), 1, 2);
        AreWhole(10, 20).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", 7)]
    [InlineData("9999-12-31T23:59:59Z", -7)]
    public void Ticks_at_the_ends_of_time_break_nothing(string end, int step)
    {
        var ticks = Enumerable.Range(0, 9).Select(i => DateTimeOffset.Parse(end, CultureInfo.InvariantCulture).AddSeconds(i * step)).Order().ToArray();
        foreach (var tick in ticks)
        {
            Add(tick, 0, 1);
        }

        _audit.AreWhole(ticks[3], ticks[^4]).ShouldBeFalse();
        _audit.AreWhole(ticks[^1], DateTimeOffset.MaxValue).ShouldBeFalse();
        _audit.AreWhole(default, default).ShouldBeFalse("it stands for a tick that is not known");
    }

    // Partitions that lag, are silent for hours or begin late, outages, and ticks of two sizes.
    private static (SegmentName Segment, long Offset, DateTimeOffset Tick, int Index, int Size)[] RandomLog(Random random)
    {
        var partitions = Enumerable.Range(0, random.Next(1, 5))
            .Select(_ => (From: random.Next(3) == 0 ? random.Next(30) : 0, Until: random.Next(3) == 0 ? random.Next(40) : 40))
            .Append((From: 0, Until: 40))
            .ToArray();
        var minutesATick = random.Next(1, 15);
        var hasOutage = random.Next(2) == 0;
        return
        [
            ..
            from tick in Enumerable.Range(0, 40)
            let hour = Noon.AddHours(tick * minutesATick / 60)
            where !hasOutage || hour.Hour is not (13 or 14 or 15)
            from size in Enumerable.Range(100, random.Next(9) == 0 ? 2 : 1)
            from index in Enumerable.Range(0, size)
            let partition = random.Next(partitions.Length)
            where tick >= partitions[partition].From && tick <= partitions[partition].Until
            let segment = new SegmentName(LogKind.Events, hour, partition, 1, 0)
            select (segment, tick * 1000L, Noon.AddMinutes(tick * minutesATick), index, size),
        ];
    }

    private static string[] Missing(
        (SegmentName Segment, long Offset, DateTimeOffset Tick, int Index, int Size)[] events,
        (DateTimeOffset Tick, int Index, int Size)[] deadLetters)
    {
        var hours = events.Select(logged => logged.Segment.Hour).ToHashSet();
        var partitions = events
            .GroupBy(logged => logged.Segment.Partition)
            .Select(partition => (Newest: partition.Max(logged => logged.Tick), LastHour: partition.Max(logged => logged.Segment.Hour)))
            .ToArray();
        var newest = partitions.Max(partition => partition.Newest);
        bool IsSilent((DateTimeOffset Newest, DateTimeOffset LastHour) partition) =>
            newest - partition.Newest > TimeSpan.FromHours(1)
            && hours.Any(first => first > partition.LastHour && hours.Any(second => second - first >= TimeSpan.FromHours(2)));
        var whole = events.GroupBy(logged => (logged.Tick, logged.Size)).Where(tick => tick.Count() == tick.Key.Size).Select(tick => tick.Key.Tick).ToHashSet();
        return
        [
            .. events
                .GroupBy(logged => (logged.Tick, logged.Size), logged => logged.Index)
                .Where(tick => !whole.Contains(tick.Key.Tick))
                .Where(tick => partitions.All(partition => IsSilent(partition) || partition.Newest - tick.Key.Tick > TickAudit.Grace))
                .OrderBy(tick => tick.Key)
                .Select(tick => (tick.Key, Indices: Enumerable.Range(0, tick.Key.Size)
                    .Except(tick)
                    .Except(deadLetters.Where(letter => (letter.Tick, letter.Size) == tick.Key).Select(letter => letter.Index))
                    .ToArray()))
                .Where(tick => tick.Indices is not [])
                .Select(tick => $"{tick.Key}: {string.Join(' ', tick.Indices)}"),
        ];
    }

    private string? Add(DateTimeOffset tick, int index, int size, int partition = 0, DateTimeOffset? hour = null) =>
        _audit.Add(new SegmentName(LogKind.Events, hour ?? Noon, partition, 1, 0), _offset++, new EventId(tick, index), size);

    private void AddWhole(IEnumerable<int> seconds)
    {
        foreach (var second in seconds)
        {
            Add(Noon.AddSeconds(second), 0, 1);
        }
    }

    private bool AreWhole(int first, int last) => _audit.AreWhole(Noon.AddSeconds(first), Noon.AddSeconds(last));

    private void AddDeadLetter(DateTimeOffset tick, int index, int size) =>
        _audit.AddDeadLetter(TestEvents.WithIndex(index, Tick.NameOf(tick), size));

    private TickVerdict Judge(DateTimeOffset tick, int size, DateTimeOffset? resent = null, DateTimeOffset? now = null) =>
        _audit.Judge(tick, size, now ?? Noon.AddDays(1), resent);

    private TickFindings JudgeAll(DateTimeOffset completeFrom = default, DateTimeOffset? now = null) =>
        _audit.JudgeAll(completeFrom, now ?? Noon.AddDays(1));
}
