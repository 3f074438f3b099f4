using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
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

    private void RestartIf(bool condition)
    {
        if (condition)
        {
            Restart();
        }
    }
}
