using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Tests.Analytics;

namespace CatFunctions.Tests.EventLog;

public sealed class FileRedeliveryTests() : RedeliveryContract<FileTestLog>(new FileTestLog());

public sealed class BlobRedeliveryTests(Azurite azurite) : RedeliveryContract<BlobTestLog>(new BlobTestLog(azurite));

/// <summary>Each record that is delivered again is compared with what the log holds, whatever happened to the topic.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class RedeliveryContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_is_delivered_again_is_skipped_and_counted(bool afterRestart)
    {
        await Record(TestEvents.Events(10, 5));
        RestartIf(afterRestart);

        var result = await Record(TestEvents.Events(12, 6));

        result.ShouldBe(new RecordResult(3, 3, 0, 0));
        Log.Offsets().ShouldBe([10, 11, 12, 13, 14, 15, 16, 17]);
    }

    [Fact]
    public async Task The_same_records_twice_in_one_batch_are_stored_once()
    {
        var result = await Record([.. TestEvents.Events(0, 5), .. TestEvents.Events(0, 7)]);

        result.Recorded.ShouldBe(7);
        result.Redelivered.ShouldBe(5);
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task Dead_letters_that_are_delivered_again_are_skipped_too()
    {
        ConsumedRecord[] batch = [TestEvents.Event(0), TestEvents.Record(1, [1]), TestEvents.Event(2), TestEvents.Record(3, [3])];
        await Record(batch);
        Restart();

        (await Record(batch)).ShouldBe(new RecordResult(0, 4, 0, 0));
        Log.Offsets(LogKind.DeadLetters).ShouldBe([1, 3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_topic_that_was_created_again_starts_a_new_generation(bool afterRestart)
    {
        await Record(TestEvents.Events(0, 10));
        RestartIf(afterRestart);

        var result = await Record(TestEvents.Events(0, 4, topic: OtherTopic));

        result.ShouldBe(new RecordResult(4, 0, 0, 0));
        Log.Files(LogKind.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=07/partition=0/0002-00000000000000000000.jsonl",
        ]);

        Restart();
        (await Record(TestEvents.Events(2, 4, topic: OtherTopic))).ShouldBe(new RecordResult(2, 2, 0, 0));
    }

    [Fact]
    public async Task A_batch_may_hold_the_end_of_one_generation_and_the_start_of_the_next()
    {
        var result = await Record([.. TestEvents.Events(0, 5), .. TestEvents.Events(0, 3, topic: OtherTopic)]);

        result.ShouldBe(new RecordResult(8, 0, 0, 0));
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 0, 1, 2]);
    }

    [Fact]
    public async Task A_dead_letter_with_the_value_of_an_earlier_one_is_another_record_when_its_time_is_another()
    {
        var first = TestEvents.Record(0, [1]);
        await Record([first]);

        var result = await Record([first with { Timestamp = first.Timestamp.AddSeconds(1) }]);

        result.DeadLettered.ShouldBe(1);
        Log.Lines(LogKind.DeadLetters).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_record_at_an_offset_that_the_log_skipped_is_kept()
    {
        await Record([TestEvents.Event(0), TestEvents.Event(10)]);

        (await Record([TestEvents.Event(5)])).Recorded.ShouldBe(1);

        Log.Offsets().ShouldBe([0, 10, 5]);
    }

    [Fact]
    public async Task A_redelivery_is_recognized_in_segments_of_earlier_hours()
    {
        await Record(TestEvents.Events(0, 5));
        Clock.Advance(TimeSpan.FromHours(30));
        await Record(TestEvents.Events(5, 5));
        Restart();

        (await Record(TestEvents.Events(2, 9))).ShouldBe(new RecordResult(1, 8, 0, 0));
    }

    [Fact]
    public async Task A_redelivery_is_recognized_anywhere_in_a_large_segment()
    {
        await Record(TestEvents.Events(0, 5000));

        foreach (var offset in new[] { 0, 1, 777, 2500, 4998, 4999 })
        {
            (await Record([TestEvents.Event(offset)])).ShouldBe(new RecordResult(0, 1, 0, 0));
        }

        Log.Offsets().Length.ShouldBe(5000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_batch_of_two_generations_that_is_delivered_again_is_recognized(int from)
    {
        ConsumedRecord[] batch = [.. TestEvents.Events(2, 5), .. TestEvents.Events(0, 3, topic: OtherTopic)];
        await Record(TestEvents.Events(0, 2));
        await Record(batch);

        (await Record(batch[from..])).Recorded.ShouldBe(0);

        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5, 6, 0, 1, 2]);
        (await Record(TestEvents.Events(2, 9, topic: OtherTopic))).ShouldBe(new RecordResult(8, 1, 0, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_topic_may_begin_with_the_events_of_the_old_one(bool afterRestart)
    {
        ConsumedRecord[] topic = [.. TestEvents.Events(0, 4), .. TestEvents.Events(4, 8, topic: OtherTopic)];
        await Record(TestEvents.Events(0, 10));
        RestartIf(afterRestart);

        (await Record(topic[..6])).ShouldBe(new RecordResult(2, 4, 0, 0));
        (await Record(topic[6..])).ShouldBe(new RecordResult(6, 0, 0, 0));

        RestartIf(afterRestart);
        (await Record(topic)).ShouldBe(new RecordResult(0, 12, 0, 0));
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 4, 5, 6, 7, 8, 9, 10, 11]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_that_a_new_topic_with_more_partitions_has_at_other_offsets_are_copies(bool afterRestart)
    {
        var old = TestEvents.Events(0, 10);
        ConsumedRecord[] topic = [.. Enumerable.Range(0, 5).Select(i => old[2 * i] with { Offset = i })];
        await Record(old);
        RestartIf(afterRestart);

        (await Record(topic)).ShouldBe(new RecordResult(0, 5, 0, 0));
        Log.Lines(LogKind.Copies).Length.ShouldBe(4);

        RestartIf(afterRestart);
        (await Record(topic)).ShouldBe(new RecordResult(0, 5, 0, 0));
    }

    [Fact]
    public async Task One_record_among_redeliveries_that_is_another_is_kept()
    {
        ConsumedRecord[] batch = [.. TestEvents.Events(0, 100)];
        await Record(batch);
        batch[50] = TestEvents.Event(50, topic: OtherTopic);

        (await Record(batch)).ShouldBe(new RecordResult(1, 99, 0, 0));

        Log.Lines(LogKind.Events).ShouldContain(line => line.Contains($"{OtherTopic}-50", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_a_dead_letter_and_is_an_event_now_is_a_redelivery(bool goesOn)
    {
        var batch = TestEvents.Events(0, 10);
        await new PartitionLog(Log.Store, LogKind.DeadLetters, 0, new DeadLetterLine(), RollPolicy.Default, Clock).AppendAsync(
            [new LogEntry(batch[3], "refused"), new LogEntry(batch[7], "refused")], new LineBuffer(), CancellationToken.None);
        await Record([.. batch[..3], .. batch[4..(goesOn ? 6 : 7)], .. batch[8..(goesOn ? 8 : 10)]]);
        Restart();

        (await Record(batch)).Redelivered.ShouldBe(goesOn ? 7 : 10);

        (await Record(TestEvents.Events(8, 4))).ShouldBe(new RecordResult(2, 2, 0, 0));
        Log.Offsets().ShouldBe([0, 1, 2, 4, 5, 6, 8, 9, 10, 11]);
        Log.Files(LogKind.Events).Length.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_an_event_and_is_refused_now_is_a_redelivery()
    {
        ConsumedRecord[] batch =
        [
            TestEvents.Event(0), TestEvents.Record(1, TestEvents.Utf8("""{"id":"of an event of old"}""")), TestEvents.Event(2),
        ];
        await new PartitionLog(Log.Store, LogKind.Events, 0, new EventLine(), RollPolicy.Default, Clock).AppendAsync(
            [.. batch.Select(record => new LogEntry(record, Reason: null))], new LineBuffer(), CancellationToken.None);

        (await Record(batch)).ShouldBe(new RecordResult(0, 3, 0, 0));

        Log.Files(LogKind.DeadLetters).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_that_come_late_fill_their_gap_and_double_none_behind_it(bool afterRestart)
    {
        await Record(TestEvents.Events(0, 10));
        await Record(TestEvents.Events(30, 10));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(40, 10));
        RestartIf(afterRestart);

        (await Record(TestEvents.Events(5, 10))).ShouldBe(new RecordResult(5, 5, 0, 0));
        RestartIf(afterRestart);
        (await Record(TestEvents.Events(15, 10))).ShouldBe(new RecordResult(10, 0, 0, 0));
        (await Record(TestEvents.Events(25, 10))).ShouldBe(new RecordResult(5, 5, 0, 0));
        RestartIf(afterRestart);

        // After a restart the recorder looks for gaps in the newest generation alone, and takes one before for a gap.
        (await Record(TestEvents.Events(35, 20)))
            .ShouldSatisfyAllConditions(result => result.Recorded.ShouldBe(5), result => result.Redelivered.ShouldBe(15));
        (await Record(TestEvents.Events(55, 5))).ShouldBe(new RecordResult(5, 0, 0, 0));

        Log.Offsets().Order().ShouldBe(Enumerable.Range(0, 60).Select(offset => (long)offset));
    }

    [Fact]
    public async Task A_long_redelivery_reads_on_from_line_to_line()
    {
        const int Count = 20_000;
        await Record(TestEvents.Events(0, Count));
        var store = new CountingStore(Log.Store);
        using var recorder = new EventRecorder(store, Clock);

        (await recorder.RecordAsync(TestEvents.Events(0, Count), CancellationToken.None)).Redelivered.ShouldBe(Count);

        store.Reads.ShouldBeLessThan(Count / 50);
    }
}
