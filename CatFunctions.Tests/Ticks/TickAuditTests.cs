using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Tests.Ticks;

public sealed class TickAuditTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TickAudit _audit = new();

    [Fact]
    public void A_tick_is_whole_when_all_of_its_events_are_there_in_any_order()
    {
        foreach (var index in Enumerable.Range(0, 5000).OrderBy(index => index * 7919 % 5000))
        {
            Missing(_audit).ShouldBeEmpty();
            Add(Noon, index, 5000).ShouldBeNull();
        }

        Add(Noon.AddMinutes(2), 0, 2);
        Missing(_audit).ShouldBeEmpty();
        _audit.Ticks.ShouldBe(2);
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
            (Add(start.AddMilliseconds(milliseconds), 0, 2) is not null).ShouldBe(isWhole);
        }
    }

    [Fact]
    public void The_missing_indices_are_told()
    {
        foreach (var index in Enumerable.Range(0, 3000).Except([0, 63, 64, 1023, 1024, 2999]))
        {
            Add(Noon, index, 3000);
        }

        Add(Noon.AddMinutes(2), 0, 2);

        var tick = Missing(_audit).ShouldHaveSingleItem();
        tick.Missing.ShouldBe(6);
        tick.MissingIndices().ShouldBe([0, 63, 64, 1023, 1024, 2999]);
    }

    [Fact]
    public void Events_that_disagree_about_the_size_of_their_tick_are_named_and_counted_for_each_size()
    {
        Add(Noon, 0, 2).ShouldBeNull();
        Add(Noon, 0, 3).ShouldBe("event 20261122T120000000Z-0 says that its tick has 3 events, others say 2");
        Add(Noon, 1, 3).ShouldBeNull();
        Add(Noon.AddMinutes(2), 0, 2);
        Missing(_audit).Select(tick => (tick.Size, tick.Missing)).ShouldBe([(2, 1), (3, 1)]);

        Add(Noon, 1, 2).ShouldBeNull();

        Missing(_audit).ShouldBeEmpty();
        Add(Noon, 2, 3).ShouldBe("event 20261122T120000000Z-2 is one too many: its tick was complete before");
    }

    [Fact]
    public void The_order_of_the_events_and_the_parts_they_are_counted_in_change_nothing()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var events = (
                from tick in Enumerable.Range(0, random.Next(1, 6))
                from size in Enumerable.Range(100, random.Next(5) == 0 ? 2 : 1)
                from index in Enumerable.Range(0, size)
                where random.Next(60) > 0
                select (Id: new EventId(Noon.AddSeconds(-20 * tick), index), Size: size)).ToArray();
            var whole = events
                .GroupBy(added => (added.Id.Tick, added.Size))
                .Where(tick => tick.Count() == tick.Key.Size)
                .Select(tick => tick.Key.Tick)
                .ToHashSet();
            var newestWhole = whole.DefaultIfEmpty().Max();
            var expected = events
                .GroupBy(added => (added.Id.Tick, added.Size), added => added.Id.Index)
                .Where(tick => !whole.Contains(tick.Key.Tick))
                .Where(tick => tick.Key.Tick < newestWhole || Noon - tick.Key.Tick > TickAudit.Grace)
                .OrderBy(tick => tick.Key)
                .Select(tick => $"{tick.Key}: {string.Join(' ', Enumerable.Range(0, tick.Key.Size).Except(tick))}");

            random.Shuffle(events);
            var parts = Enumerable.Range(0, 3).Select(_ => new TickAudit()).ToArray();
            foreach (var (id, size) in events)
            {
                parts[random.Next(3)].Add(id, size);
            }

            parts[0].Merge(parts[1]);
            parts[2].Merge(parts[0]);

            Missing(parts[2]).Select(tick => $"{(tick.Time, tick.Size)}: {string.Join(' ', tick.MissingIndices())}")
                .ShouldBe(expected, $"seed {seed}");
        }
    }

    private string? Add(DateTimeOffset tick, int index, int size) => _audit.Add(new EventId(tick, index), size);

    private static IReadOnlyList<OpenTick> Missing(TickAudit audit) =>
        audit.Judge(from: DateTimeOffset.MinValue, until: DateTimeOffset.MaxValue).Missing;
}
