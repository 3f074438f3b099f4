using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Tests.Analytics;
using FsCheck;
using FsCheck.Fluent;

namespace CatFunctions.Tests.EventLog;

/// <summary>An event may be in Kafka several times, in any order. The log holds it once.</summary>
public sealed class CopiesTests : IDisposable
{
    private const int TickSize = 8;
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 30, 0, TimeSpan.Zero);

    private readonly FileTestLog _log = new();
    private readonly FakeTimeProvider _clock = new(Start);

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_copy_counts_as_redelivered_and_leaves_a_line_for_its_offset()
    {
        using var recorder = new EventRecorder(_log.Store, _clock);

        (await recorder.RecordAsync([Record(0, 0), Record(1, 20), Record(2, 0), Record(3, 21)], CancellationToken.None))
            .ShouldBe(new RecordResult(3, 1, 0, 0));

        _log.Offsets().ShouldBe([0, 1, 3]);
        _log.Lines(LogKind.Copies).ShouldBe([$$"""{"kafkapartition":0,"kafkaoffset":2,"id":"{{IdOf(0)}}"}"""]);
        await ShouldBeSoundAsync();
    }

    [Fact]
    public async Task A_copy_that_is_delivered_again_is_a_redelivery()
    {
        ConsumedRecord[] batch = [Record(0, 0), Record(1, 20), Record(2, 0), Record(3, 21)];
        using (var first = new EventRecorder(_log.Store, _clock))
        {
            await first.RecordAsync(batch, CancellationToken.None);
        }

        using var recorder = new EventRecorder(_log.Store, _clock);
        (await recorder.RecordAsync(batch, CancellationToken.None)).ShouldBe(new RecordResult(0, 4, 0, 0));
        (await recorder.RecordAsync([Record(4, 22)], CancellationToken.None)).ShouldBe(new RecordResult(1, 0, 0, 0));

        _log.Lines(LogKind.Copies).Length.ShouldBe(1);
        await ShouldBeSoundAsync();
    }

    [Fact]
    public async Task In_the_ordinary_flow_nothing_is_looked_up_nor_while_a_backlog_is_caught_up_with()
    {
        var store = new CountingStore(_log.Store);
        using var recorder = new EventRecorder(store, _clock);
        await recorder.RecordAsync([Record(0, 0)], CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(20));
        var reads = store.Reads;

        for (var offset = 1; offset < 200; offset++)
        {
            await recorder.RecordAsync([Record(offset, offset)], CancellationToken.None);
        }

        store.Reads.ShouldBe(reads);
    }

    [Fact]
    public async Task Many_old_ids_cost_one_pass_over_the_log()
    {
        var store = new CountingStore(_log.Store);
        using var recorder = new EventRecorder(store, _clock);
        await recorder.RecordAsync([.. Enumerable.Range(0, 2000).Select(i => Record(i, i))], CancellationToken.None);
        await recorder.RecordAsync([Record(2000, 0)], CancellationToken.None);
        var reads = store.Reads;

        (await recorder.RecordAsync([.. Enumerable.Range(1, 1999).Select(i => Record(2000 + i, i))], CancellationToken.None))
            .ShouldBe(new RecordResult(0, 1999, 0, 0));

        store.Reads.ShouldBe(reads);
    }

    [Fact]
    public async Task A_copy_is_recognized_after_a_restart_although_many_older_events_were_recorded_behind_it()
    {
        const int Newest = 8000;
        const int Older = 4000;
        _clock.Advance(TimeSpan.FromHours(2));
        using (var first = new EventRecorder(_log.Store, _clock))
        {
            await first.RecordAsync([Record(0, Newest)], CancellationToken.None);
            await first.RecordAsync([.. Enumerable.Range(0, Older).Select(i => Record(1 + i, i))], CancellationToken.None);
        }

        using var recorder = new EventRecorder(_log.Store, _clock);
        (await recorder.RecordAsync([Record(1 + Older, Newest)], CancellationToken.None)).ShouldBe(new RecordResult(0, 1, 0, 0));

        (await recorder.RecordAsync([Record(2 + Older, Newest + 1)], CancellationToken.None)).ShouldBe(new RecordResult(1, 0, 0, 0));
    }

    [Fact]
    public async Task A_copy_in_another_partition_cannot_be_told_and_is_named_by_verify()
    {
        using var recorder = new EventRecorder(_log.Store, _clock);
        await recorder.RecordAsync([Record(0, 0), Record(0, 0) with { Partition = 1 }], CancellationToken.None);

        (await new LogVerifier(_log.Store, clock: _clock).VerifyAsync(CancellationToken.None))
            .Problems.ShouldHaveSingleItem().ShouldEndWith($"event {IdOf(0)} appears twice");
    }

    [Fact]
    public void Whatever_order_the_copies_come_in_each_event_is_there_once()
    {
        var numbers = Arb.ToArbitrary(Gen.Choose(0, int.MaxValue - 1));
        Prop.ForAll(numbers, seed => RunAsync(new Random(seed)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(new Replay(new Rnd(20261122), null)));
    }

    /// <summary>Records a topic in which events are lost, sent again, late or doubled, by two recorders that are restarted.</summary>
    private static async Task RunAsync(Random random)
    {
        using var log = new FileTestLog();
        var clock = new FakeTimeProvider(Start);
        var events = random.Next(1, 200);
        var topic = NewTopic(events, random);
        EventRecorder[] recorders = [new(log.Store, clock), new(log.Store, clock)];
        for (var next = 0; next < topic.Count;)
        {
            var which = random.Next(2);
            if (random.Next(6) == 0)
            {
                recorders[which].Dispose();
                recorders[which] = new EventRecorder(log.Store, clock);
            }

            clock.Advance(TimeSpan.FromMinutes(random.Next(10) == 0 ? 40 : 0));
            var from = random.Next(4) == 0 ? random.Next(next + 1) : next;
            var until = Math.Min(topic.Count, next + random.Next(1, 30));
            await recorders[which].RecordAsync(
                [.. Enumerable.Range(from, until - from).Select(offset => Record(offset, topic[offset]))], CancellationToken.None);
            next = until;
        }

        Array.ForEach(recorders, recorder => recorder.Dispose());
        var ids = log.Lines(LogKind.Events).Select(line => JsonElement.Parse(line).GetProperty("id").GetString());
        ids.Order().ShouldBe(topic.Distinct().Select(IdOf).Order());
        log.Offsets().Concat(log.Offsets(LogKind.Copies)).Order().ShouldBe(Enumerable.Range(0, topic.Count).Select(offset => (long)offset));
        (await new LogVerifier(log.Store, clock: clock).VerifyAsync(CancellationToken.None))
            .Problems.Where(problem => !problem.Contains("missing", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>The numbers of the events in the order of their offsets.</summary>
    private static List<int> NewTopic(int events, Random random)
    {
        var topic = Enumerable.Range(0, events).ToList();
        for (var copies = random.Next(events); copies > 0; copies--)
        {
            var number = random.Next(events);
            var original = topic.IndexOf(number);
            topic.Insert(random.Next(original + 1, topic.Count + 1), number);
            if (random.Next(3) == 0)
            {
                topic.RemoveAt(original);
            }
        }

        return topic;
    }

    private static ConsumedRecord Record(long offset, int number) =>
        TestEvents.Record(offset, TestEvents.WithIndex(number % TickSize, TickOf(number), TickSize));

    private static string IdOf(int number) => $"{TickOf(number)}-{number % TickSize}";

    private static string TickOf(int number) => Tick.NameOf(Start.AddSeconds(5 * (number / TickSize)));

    private async Task ShouldBeSoundAsync() =>
        (await new LogVerifier(_log.Store, clock: _clock).VerifyAsync(CancellationToken.None)).Problems.ShouldBeEmpty();
}
