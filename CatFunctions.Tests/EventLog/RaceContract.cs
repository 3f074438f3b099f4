namespace CatFunctions.Tests.EventLog;

public sealed class FileRaceTests() : RaceContract<FileTestLog>(new FileTestLog());

public sealed class BlobRaceTests(Azurite azurite) : RaceContract<BlobTestLog>(new BlobTestLog(azurite));

/// <summary>Several recorders at once, as while instances take over from each other.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class RaceContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    [Fact]
    public async Task Two_recorders_that_both_believe_they_own_a_partition_never_duplicate_or_interleave()
    {
        using var zombie = NewRecorder();
        await Record(TestEvents.Events(0, 5));
        await zombie.RecordAsync(TestEvents.Events(0, 7), CancellationToken.None);
        await Record(TestEvents.Events(5, 5));

        // The zombie's clock is an hour ahead, then behind.
        using var ahead = new EventRecorder(Log.Store, new FakeTimeProvider(Clock.GetUtcNow().AddHours(1)));
        await ahead.RecordAsync(TestEvents.Events(0, 12), CancellationToken.None);
        await zombie.RecordAsync(TestEvents.Events(7, 6), CancellationToken.None);
        await Record(TestEvents.Events(10, 5));

        Log.Offsets().ShouldBe(Enumerable.Range(0, 15).Select(offset => (long)offset));
    }

    [Fact]
    public async Task Recorders_that_race_for_the_same_records_store_each_once()
    {
        var recorders = Enumerable.Range(0, 4).Select(_ => NewRecorder()).ToArray();
        await Task.WhenAll(recorders.Select((recorder, number) => Task.Run(async () =>
        {
            var random = new Random(number);
            for (var offset = 0; offset < 1000;)
            {
                var count = random.Next(1, 60);
                await recorder.RecordAsync(TestEvents.Events(Math.Max(0, offset - random.Next(30)), count), CancellationToken.None);
                offset = Log.Lines(LogKind.Events).Length;
            }
        })));

        Log.Offsets().ShouldBe(Enumerable.Range(0, Log.Offsets().Length).Select(offset => (long)offset));
        foreach (var recorder in recorders)
        {
            recorder.Dispose();
        }
    }

    [Fact]
    public async Task Recorders_whose_clocks_are_hours_apart_race_for_the_first_segment_and_all_others()
    {
        var recorders = Enumerable.Range(0, 4)
            .Select(hours => new EventRecorder(Log.Store, new FakeTimeProvider(Clock.GetUtcNow().AddHours(hours))))
            .ToArray();

        await Task.WhenAll(recorders.Select((recorder, number) => Task.Run(async () =>
        {
            for (var offset = 0; offset < 100; offset += 10 - number)
            {
                await recorder.RecordAsync(TestEvents.Events(offset, 10), CancellationToken.None);
            }
        })));

        Log.Offsets().ShouldBeUnique();
        Log.Offsets().ShouldBe(Log.Offsets().Order());
        Log.Offsets().Take(100).ShouldBe(Enumerable.Range(0, 100).Select(offset => (long)offset));
        Array.ForEach(recorders, recorder => recorder.Dispose());
    }
}
