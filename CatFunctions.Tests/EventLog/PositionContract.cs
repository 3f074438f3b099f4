using CatFunctions.Tests.Analytics;

namespace CatFunctions.Tests.EventLog;

public sealed class FilePositionTests() : PositionContract<FileTestLog>(new FileTestLog());

public sealed class BlobPositionTests(Azurite azurite) : PositionContract<BlobTestLog>(new BlobTestLog(azurite));

/// <summary>What a recorder says of the end of the log: where to go on, what is missing, what is lost.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class PositionContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    [Fact]
    public async Task Offsets_that_jump_forward_are_counted()
    {
        (await Record([TestEvents.Event(3), TestEvents.Event(4), TestEvents.Event(9)])).Gaps.ShouldBe(4);
        (await Record([TestEvents.Event(10), TestEvents.Event(12)])).Gaps.ShouldBe(1);
    }

    [Fact]
    public async Task Offsets_between_the_end_of_the_log_and_the_first_record_after_a_restart_are_missing_until_they_come()
    {
        await Record(TestEvents.Events(0, 10));
        Restart();

        var result = await Record(TestEvents.Events(30, 5));

        result.Gaps.ShouldBe(20);
        result.Skipped.ShouldBe([new OffsetRange(0, 10, 29)]);
        Recorder.Missing.ShouldBe(result.Skipped);
        await Record(TestEvents.Events(15, 5));
        Recorder.Missing.ShouldBe([new OffsetRange(0, 10, 14), new OffsetRange(0, 20, 29)]);
        (await Record(TestEvents.Events(10, 25))).Gaps.ShouldBe(0);
        Recorder.Missing.ShouldBeEmpty();
    }

    [Fact]
    public async Task Offsets_that_are_missing_within_a_batch_are_named()
    {
        var result = await Record([TestEvents.Event(3), TestEvents.Event(4), TestEvents.Event(9), TestEvents.Event(7, partition: 1), TestEvents.Event(11)]);

        result.Skipped.ShouldBe([new OffsetRange(0, 5, 8), new OffsetRange(0, 10, 10)]);
        result.Gaps.ShouldBe(5);
        result.Skipped[0].ToString().ShouldBe("offsets 5 to 8 of partition 0");
        result.Skipped[1].ToString().ShouldBe("offset 10 of partition 0");
    }

    [Fact]
    public async Task What_another_recorder_has_recorded_is_not_missing()
    {
        await Record(TestEvents.Events(0, 10));
        using var other = NewRecorder();
        await other.RecordAsync([.. TestEvents.Events(10, 9), TestEvents.Record(19, [1])], CancellationToken.None);

        (await Record(TestEvents.Events(20, 10))).ShouldBe(new RecordResult(10, 0, 0, 0));

        Recorder.Missing.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dead_letter_is_not_missing(bool afterRestart)
    {
        await Record([.. TestEvents.Events(0, 5), TestEvents.Record(5, [1])]);
        RestartIf(afterRestart);

        (await Record(TestEvents.Events(6, 5))).Gaps.ShouldBe(0);
    }

    [Fact]
    public async Task The_first_records_of_a_topic_may_have_been_deleted_and_those_of_a_new_topic_skip_nothing()
    {
        (await Record(TestEvents.Events(100, 10))).Gaps.ShouldBe(0);
        (await Record(TestEvents.Events(0, 5, topic: OtherTopic))).Gaps.ShouldBe(0);
        (await Record(TestEvents.Events(5, 5, topic: OtherTopic))).Gaps.ShouldBe(0);
        (await Record(TestEvents.Events(12, 5, topic: OtherTopic))).Skipped.ShouldBe([new OffsetRange(0, 10, 11)]);
    }

    [Fact]
    public async Task A_gap_is_told_although_the_batch_behind_it_failed_at_first()
    {
        await Record(TestEvents.Events(0, 10));
        var fails = true;
        var store = new CountingStore(Log.Store)
        {
            BeforeAppend = segment => fails && segment.Log == LogKind.Events ? throw new EventLogException("not yet") : Task.CompletedTask,
        };
        using var recorder = new EventRecorder(store, Clock);
        ConsumedRecord[] batch = [.. TestEvents.Events(20, 5), TestEvents.Record(25, [1])];
        await recorder.RecordAsync(batch, CancellationToken.None).ShouldThrowAsync<EventLogException>();
        fails = false;

        (await recorder.RecordAsync(batch, CancellationToken.None)).Skipped.ShouldBe([new OffsetRange(0, 10, 19)]);
    }

    [Fact]
    public async Task Only_so_many_missing_ranges_are_remembered()
    {
        await Record([.. Enumerable.Range(0, EventRecorder.MaxMissing + 2).Select(i => TestEvents.Event(2 * i))]);

        Recorder.Missing.Count.ShouldBe(EventRecorder.MaxMissing);
        Recorder.Missing[0].ShouldBe(new OffsetRange(0, 3, 3));
    }

    [Fact]
    public async Task A_loss_under_a_running_recorder_is_an_error_once_and_then_the_log_goes_on()
    {
        await RecordTwentyAndLoseTen();

        var error = await Record(TestEvents.Events(20, 5)).ShouldThrowAsync<LostRecordsException>();

        error.Offsets.ShouldBe(new OffsetRange(0, 10, 19));
        error.Message.ShouldContain("offsets 10 to 19 of partition 0");
        Recorder.Missing.ShouldBe([error.Offsets]);
        (await Record(TestEvents.Events(20, 5))).Skipped.ShouldBe([error.Offsets]);
        Recorder.Missing.ShouldBe([error.Offsets]);
        (await Record(TestEvents.Events(10, 15))).ShouldBe(new RecordResult(10, 5, 0, 0));
        Recorder.Missing.ShouldBeEmpty();
        Log.Offsets().Order().ShouldBe(Enumerable.Range(0, 25).Select(offset => (long)offset));
    }

    [Fact]
    public async Task After_a_loss_the_records_can_be_read_again_in_their_order()
    {
        await RecordTwentyAndLoseTen();
        await Record(TestEvents.Events(20, 5)).ShouldThrowAsync<LostRecordsException>();

        (await Recorder.FindLastOffsetAsync(0, CancellationToken.None)).ShouldBe(9);
        (await Record(TestEvents.Events(9, 16))).ShouldBe(new RecordResult(15, 1, 0, 0));

        Recorder.Missing.ShouldBeEmpty();
        Log.Offsets().ShouldBe(Enumerable.Range(0, 25).Select(offset => (long)offset));
    }

    [Fact]
    public async Task A_consumer_that_can_choose_begins_with_the_last_event_that_the_log_holds()
    {
        (await Recorder.FindLastOffsetAsync(0, CancellationToken.None)).ShouldBeNull();
        await Record([TestEvents.Record(0, [1])]);
        (await Recorder.FindLastOffsetAsync(0, CancellationToken.None)).ShouldBeNull("a dead letter is stored before the events around it");
        await Record([.. TestEvents.Events(1, 5), TestEvents.Record(6, [1])]);
        (await Recorder.FindLastOffsetAsync(0, CancellationToken.None)).ShouldBe(5);
        (await Recorder.FindLastOffsetAsync(1, CancellationToken.None)).ShouldBeNull();

        using var other = NewRecorder();
        await other.RecordAsync(TestEvents.Events(7, 3), CancellationToken.None);
        (await Recorder.FindLastOffsetAsync(0, CancellationToken.None)).ShouldBe(9);

        var newest = await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None);
        var hour = SegmentName.HourOf(Clock.GetUtcNow()).AddHours(1);
        await Log.Store.TryCreateAsync(new SegmentName(LogKind.Events, hour, 0, 1, 12), newest, CancellationToken.None);
        (await Recorder.FindLastOffsetAsync(0, CancellationToken.None)).ShouldBe(9, "the newest segment is empty");
    }

    [Fact]
    public async Task A_record_tells_whether_it_is_still_the_same_topic()
    {
        await Record([.. TestEvents.Events(0, 5), TestEvents.Record(5, [1])]);
        Restart();

        (await Recorder.HoldsAsync(TestEvents.Event(4), CancellationToken.None)).ShouldBeTrue();
        (await Recorder.HoldsAsync(TestEvents.Record(5, [1]), CancellationToken.None)).ShouldBeTrue();
        (await Recorder.HoldsAsync(TestEvents.Event(4, topic: OtherTopic), CancellationToken.None)).ShouldBeFalse();
        (await Recorder.HoldsAsync(TestEvents.Record(5, [2]), CancellationToken.None)).ShouldBeFalse();
        (await Recorder.HoldsAsync(TestEvents.Event(6), CancellationToken.None)).ShouldBeFalse();
        (await Recorder.HoldsAsync(TestEvents.Event(0, partition: 1), CancellationToken.None)).ShouldBeFalse();
    }

    private async Task RecordTwentyAndLoseTen()
    {
        await Record(TestEvents.Events(0, 10));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(10, 10));
        var newest = await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None);
        await Log.Store.DeleteAsync(newest!.Name, CancellationToken.None);
    }
}
