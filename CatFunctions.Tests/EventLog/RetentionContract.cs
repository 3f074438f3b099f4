using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Tests.Analytics;

namespace CatFunctions.Tests.EventLog;

public sealed class FileRetentionTests() : RetentionContract<FileTestLog>(new FileTestLog());

public sealed class BlobRetentionTests(Azurite azurite) : RetentionContract<BlobTestLog>(new BlobTestLog(azurite));

/// <summary>Old hours of the log are deleted, and nothing else is.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class RetentionContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    [Fact]
    public async Task Old_hours_are_deleted_but_never_the_newest_segment_of_a_partition()
    {
        await Record([.. TestEvents.Events(0, 5, partition: 0), .. TestEvents.Events(0, 5, partition: 1), TestEvents.Record(9, [1])]);
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(5, 5, partition: 0));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(10, 5, partition: 0));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(15, 5, partition: 0));

        (await DeleteOldHours(TimeSpan.FromHours(3))).ShouldBe(0, "the first hour ended less than three hours ago");
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await DeleteOldHours(TimeSpan.FromHours(3))).ShouldBe(1);
        (await DeleteOldHours(TimeSpan.FromHours(1))).ShouldBe(2);
        Clock.Advance(TimeSpan.FromDays(30));
        (await DeleteOldHours(TimeSpan.FromHours(1))).ShouldBe(0);

        Log.Files(LogKind.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=1/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=10/partition=0/0001-00000000000000000015.jsonl",
        ]);
        Log.Files(LogKind.DeadLetters).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_log_goes_on_where_it_was_when_its_old_hours_are_gone()
    {
        for (var hours = 0; hours < 3; hours++, Clock.Advance(TimeSpan.FromHours(1)))
        {
            await Record(TestEvents.Events(hours * 10, 10));
        }

        await DeleteOldHours(TimeSpan.FromHours(1));
        (await Record(TestEvents.Events(20, 12))).ShouldBe(new RecordResult(2, 10, 0, 0));
        Restart();
        (await Record(TestEvents.Events(25, 8))).ShouldBe(new RecordResult(1, 7, 0, 0));

        Log.Offsets().ShouldBe(Enumerable.Range(20, 13).Select(offset => (long)offset));
    }

    [Fact]
    public async Task Records_that_come_late_are_recorded_although_the_dead_letters_of_their_hour_are_gone()
    {
        await Record([TestEvents.Event(0), TestEvents.Record(1, [1]), TestEvents.Event(10)]);
        Clock.Advance(TimeSpan.FromHours(1));
        await Record([TestEvents.Record(11, [1]), TestEvents.Event(12)]);
        Clock.Advance(TimeSpan.FromHours(2));
        await Record([TestEvents.Event(13)]);
        Restart();

        (await Record([TestEvents.Event(8)])).Recorded.ShouldBe(1);
        (await DeleteOldHours(TimeSpan.FromHours(1))).ShouldBe(3);
        (await Record([TestEvents.Event(7)])).Recorded.ShouldBe(1);
        (await Record([TestEvents.Event(14)])).Recorded.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_left_is_verified_when_old_hours_are_deleted_meanwhile()
    {
        var store = await RecordHoursAsync();

        var report = await new LogVerifier(store, clock: Clock).VerifyAsync(CancellationToken.None);

        (report.ProblemCount, report.Events, report.DeadLetters).ShouldBe((0, 1, 1));
    }

    [Fact]
    public async Task Dead_letters_that_are_deleted_while_all_are_read_are_left_out()
    {
        var store = await RecordHoursAsync();

        (await new DeadLetterLog(store, Clock).ReadAsync(CancellationToken.None).Select(stored => stored.Letter.Offset).ToArrayAsync())
            .ShouldBe([1, 7]);
    }

    [Fact]
    public async Task Nothing_is_deleted_unless_it_is_asked_for()
    {
        await Record(TestEvents.Events(0, 5));
        Clock.Advance(TimeSpan.FromDays(1));
        await Record(TestEvents.Events(5, 5));
        Clock.Advance(TimeSpan.FromDays(10_000));

        (await DeleteOldHours(null)).ShouldBe(0);

        Log.Files(LogKind.Events).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_clock_that_is_days_ahead_deletes_nothing_of_the_log()
    {
        await Record(TestEvents.Events(0, 3));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(3, 3));
        Clock.Advance(TimeSpan.FromDays(60));

        (await DeleteOldHours(TimeSpan.FromHours(5))).ShouldBe(0);
    }

    [Fact]
    public async Task A_clock_that_was_days_ahead_and_recorded_makes_the_log_older_by_one_day_at_most_and_by_half_of_what_is_kept()
    {
        for (var hour = 0; hour < 30; hour++)
        {
            await Record([TestEvents.Event(hour)]);
            Clock.Advance(TimeSpan.FromHours(1));
        }

        Clock.Advance(TimeSpan.FromDays(60));
        await Record([TestEvents.Event(30)]);
        Clock.Advance(TimeSpan.FromHours(1));
        await Record([TestEvents.Event(31)]);

        (await DeleteOldHours(TimeSpan.FromDays(3))).ShouldBe(0);
        (await DeleteOldHours(TimeSpan.FromDays(2))).ShouldBe(7);
        (await DeleteOldHours(TimeSpan.FromHours(12))).ShouldBe(18);
    }

    [Fact]
    public async Task An_hour_of_the_log_in_the_future_is_found()
    {
        var retention = new LogRetention(Log.Store, Options.Create(new EventLogOptions()), Clock);
        await Record(TestEvents.Events(0, 3));
        (await retention.FindFutureHourAsync(CancellationToken.None)).ShouldBeNull();

        var now = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromHours(3));
        await Record(TestEvents.Events(3, 3));
        Clock.AdjustTime(now);

        (await retention.FindFutureHourAsync(CancellationToken.None)).ShouldBe(SegmentName.HourOf(now).AddHours(3));
    }

    /// <summary>Records an event and a dead letter in each hour from 7 to 10.</summary>
    /// <returns>The store; all but the last hour is deleted when a later one than the first is read.</returns>
    private async Task<CountingStore> RecordHoursAsync()
    {
        for (var hour = 0; hour < 4; hour++, Clock.Advance(TimeSpan.FromHours(1)))
        {
            await Record([TestEvents.Event(2 * hour), TestEvents.Record((2 * hour) + 1, [1])]);
        }

        return new CountingStore(Log.Store)
        {
            BeforeRead = segment => segment.Hour.Hour == 7 ? Task.CompletedTask : DeleteOldHours(TimeSpan.FromHours(1)),
        };
    }

    private Task<int> DeleteOldHours(TimeSpan? retainFor) =>
        new LogRetention(Log.Store, Options.Create(new EventLogOptions { RetainFor = retainFor }), Clock)
            .DeleteOldHoursAsync(CancellationToken.None);
}
