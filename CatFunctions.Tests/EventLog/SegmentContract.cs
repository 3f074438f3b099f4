using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Tests.EventLog;

public sealed class FileSegmentTests() : SegmentContract<FileTestLog>(new FileTestLog());

public sealed class BlobSegmentTests(Azurite azurite) : SegmentContract<BlobTestLog>(new BlobTestLog(azurite));

/// <summary>How the log is divided into segments, and what a store of them does.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class SegmentContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    [Fact]
    public async Task A_new_hour_starts_a_new_segment()
    {
        await Record(TestEvents.Events(0, 2));
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Record(TestEvents.Events(2, 2));

        Log.Files(LogKind.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=08/partition=0/0001-00000000000000000002.jsonl",
        ]);
    }

    [Fact]
    public async Task A_clock_that_goes_back_does_not_put_newer_events_into_an_older_folder()
    {
        await Record(TestEvents.Events(0, 2));
        Clock.AdjustTime(Clock.GetUtcNow().AddHours(-3));
        await Record(TestEvents.Events(2, 2));
        Restart();

        (await Record(TestEvents.Events(0, 5))).ShouldBe(new RecordResult(1, 4, 0, 0));
        Log.Files(LogKind.Events).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(long.MaxValue, 3, 4)]
    [InlineData(1000, int.MaxValue, 10)]
    public async Task A_segment_that_is_full_is_followed_by_another(long maxBytes, int maxBlocks, int segments)
    {
        var log = new PartitionLog(
            Log.Store, LogKind.Events, 0, new EventLine(), new RollPolicy(maxBytes, maxBlocks), Clock);
        var pending = new LineBuffer();
        if (maxBlocks < int.MaxValue && Log.Store is FileSegmentStore)
        {
            segments = 1; // files are not made of blocks
        }

        foreach (var entry in TestEvents.Events(0, 20).Chunk(2).Select(pair => pair.Select(record => new LogEntry(record, null)).ToArray()))
        {
            await log.AppendAsync(entry, pending, CancellationToken.None);
        }

        Log.Files(LogKind.Events).Length.ShouldBe(segments);
        Log.Offsets().ShouldBe(Enumerable.Range(0, 20).Select(offset => (long)offset));
    }

    [Fact]
    public async Task A_segment_that_a_crash_left_empty_is_filled_or_followed()
    {
        var empty = new SegmentName(LogKind.Events, SegmentName.HourOf(Clock.GetUtcNow()), 0, 1, 5);
        await Log.Store.TryCreateAsync(empty, null, CancellationToken.None);

        await Record(TestEvents.Events(7, 2));

        Log.Offsets().ShouldBe([7, 8]);
        (await new LogVerifier(Log.Store).VerifyAsync(CancellationToken.None)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_foreign_line_among_others_hides_no_line_of_the_log()
    {
        await Record(TestEvents.Events(0, 1000));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record([TestEvents.Event(1000)]);
        Log.Append(Log.Files(LogKind.Events)[0], "a foreign line\n{\"another\":1}\n\n" + new string('x', 200_000) + "\n");

        foreach (var offset in new[] { 0, 499, 500, 998, 999 })
        {
            (await Record([TestEvents.Event(offset)])).ShouldBe(new RecordResult(0, 1, 0, 0));
        }

        (await new LogVerifier(Log.Store).VerifyAsync(CancellationToken.None)).ProblemCount.ShouldBe(4);
    }

    [Fact]
    public async Task Segments_are_listed_from_an_hour_on()
    {
        for (var hours = 0; hours < 30; hours += 10, Clock.Advance(TimeSpan.FromHours(10)))
        {
            await Record(TestEvents.Events(hours, 10));
        }

        (await BaseOffsetsSince("07")).ShouldBe([0, 10, 20]);
        (await BaseOffsetsSince("08")).ShouldBe([10, 20]);
        (await BaseOffsetsSince("17")).ShouldBe([10, 20]);
        (await BaseOffsetsSince("18")).ShouldBe([20]);

        async Task<IEnumerable<long>> BaseOffsetsSince(string hour) =>
            (await Log.Store.ListSinceAsync(
                LogKind.Events, DateTimeOffset.Parse($"2026-11-22T{hour}:00Z", CultureInfo.InvariantCulture), CancellationToken.None))
            .Select(head => head.Name.BaseOffset);
    }

    [Fact]
    public async Task Nothing_is_read_behind_the_end_of_a_segment()
    {
        await Record(TestEvents.Events(0, 3));
        var head = await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None);

        (await Log.Store.ReadAsync(head!.Name, head.Length, new byte[100], CancellationToken.None)).ShouldBe(0);
        (await Log.Store.ReadAsync(head.Name, head.Length - 7, new byte[100], CancellationToken.None)).ShouldBe(7);
    }

    [Fact]
    public async Task The_newest_segment_has_the_highest_generation_however_many_digits_that_has()
    {
        SegmentState? head = null;
        foreach (var (generation, baseOffset) in new[] { (9_998, 0), (9_998, 70), (9_999, 7), (10_000, 0), (10_000, 5) })
        {
            var segment = new SegmentName(LogKind.Events, SegmentName.HourOf(Clock.GetUtcNow()), 0, generation, baseOffset);
            head = await Log.Store.TryCreateAsync(segment, head, CancellationToken.None);

            (await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None)).ShouldBe(head.ShouldNotBeNull());
        }
    }

    [Fact]
    public async Task A_log_that_nobody_has_written_to_is_empty()
    {
        (await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None)).ShouldBeNull();
        (await Log.Store.ListAsync(LogKind.Events, null, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_that_was_prepared_is_still_empty()
    {
        await Log.Store.PrepareAsync(CancellationToken.None);
        await Log.Store.PrepareAsync(CancellationToken.None);

        (await Log.Store.ListAsync(LogKind.Events, null, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_larger_than_one_append_is_stored_whole()
    {
        var filler = new string('x', 900 * 1024);
        var batch = Enumerable.Range(0, 12).Select(offset => TestEvents.Record(offset, TestEvents.With("id", $"20261122T073015000Z-{offset}", "filler", filler))).ToArray();

        (await Record(batch)).Recorded.ShouldBe(12);

        Log.Offsets().ShouldBe(Enumerable.Range(0, 12).Select(offset => (long)offset));
    }
}
