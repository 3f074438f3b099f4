using CatFunctions.Tests.Analytics;

namespace CatFunctions.Tests.EventLog;

/// <summary>What a recorder does with the partitions of a batch at the same time.</summary>
public sealed class EventRecorderTests : IDisposable
{
    private const int Partitions = 12;

    private readonly FileTestLog _log = new();
    private readonly CountingStore _store;
    private readonly EventRecorder _recorder;

    public EventRecorderTests()
    {
        _store = new CountingStore(_log.Store);
        _recorder = new EventRecorder(_store, TimeProvider.System);
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task After_a_partition_has_failed_the_batch_given_again_stores_nothing_twice()
    {
        var batch = Batch();
        _store.BeforeAppend = segment => segment is { Log: LogKind.Events, Partition: 0 or 5 }
            ? throw new EventLogException($"partition {segment.Partition} fails")
            : Task.CompletedTask;

        (await RecordAsync(batch).ShouldThrowAsync<EventLogException>()).Message.ShouldBeOneOf("partition 0 fails", "partition 5 fails");

        var stored = _log.Lines(LogKind.Events).Length;
        _store.BeforeAppend = _ => Task.CompletedTask;
        (await RecordAsync(batch)).ShouldBe(new RecordResult((Partitions * 2) - stored, Partitions + stored, 0, 0));
        _log.Lines(LogKind.Events).Length.ShouldBe(Partitions * 2);
        _log.Lines(LogKind.Events).ShouldBeUnique();
        _log.Lines(LogKind.DeadLetters).Length.ShouldBe(Partitions);
    }

    [Fact]
    public async Task After_a_partition_has_failed_no_further_one_is_begun()
    {
        var begun = 0;
        _store.BeforeAppend = segment =>
        {
            Interlocked.Increment(ref begun);
            throw new EventLogException("the disk is full");
        };

        await RecordAsync(Batch()).ShouldThrowAsync<EventLogException>();

        begun.ShouldBeInRange(1, EventRecorder.Workers);
    }

    [Fact]
    public async Task The_dead_letters_of_all_partitions_are_durable_before_the_first_event_is_appended()
    {
        var held = new TaskCompletionSource();
        _store.BeforeAppend = segment => segment is { Log: LogKind.DeadLetters, Partition: 5 } ? held.Task : Task.CompletedTask;

        var recording = Task.Run(() => RecordAsync(Batch()));
        await Eventually.IsTrueAsync(() => _store.Appended.Count == Partitions - 1);
        _store.Appended.ShouldAllBe(segment => segment.Log == LogKind.DeadLetters);
        held.SetResult();
        await recording;

        _store.Appended.Select(segment => segment.Log).ShouldBe(
            [.. Enumerable.Repeat(LogKind.DeadLetters, Partitions), .. Enumerable.Repeat(LogKind.Events, Partitions)]);
    }

    [Fact]
    public async Task Without_the_dead_letters_of_one_partition_no_event_of_any_is_appended()
    {
        _store.BeforeAppend = segment => segment is { Log: LogKind.DeadLetters, Partition: 5 }
            ? throw new EventLogException("no dead letters")
            : Task.CompletedTask;

        await RecordAsync(Batch()).ShouldThrowAsync<EventLogException>();

        _store.Appended.ShouldNotContain(segment => segment.Log == LogKind.Events);
        _log.Files(LogKind.Events).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_that_failed_is_over_only_when_nothing_is_being_appended_any_more()
    {
        var (begun, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        var hasFailed = false;
        _store.BeforeAppend = async segment =>
        {
            switch (segment)
            {
                case { Log: LogKind.Events, Partition: 0 }:
                    await begun.Task;
                    hasFailed = true;
                    throw new EventLogException("it fails");
                case { Log: LogKind.Events, Partition: 1 }:
                    begun.SetResult();
                    await held.Task;
                    break;
            }
        };

        var recording = Task.Run(() => RecordAsync(Batch()));
        await Eventually.IsTrueAsync(() => hasFailed && _store.Running == 1);
        recording.IsCompleted.ShouldBeFalse();
        held.SetResult();
        await recording.ShouldThrowAsync<EventLogException>();

        _store.Running.ShouldBe(0);
        _store.Appended.ShouldContain(segment => segment.Log == LogKind.Events && segment.Partition == 1);
    }

    [Fact]
    public async Task A_batch_that_was_cancelled_is_over_only_when_nothing_is_being_appended_any_more()
    {
        using var stop = new CancellationTokenSource();
        var held = new TaskCompletionSource();
        _store.BeforeAppend = _ => held.Task;

        var recording = Task.Run(() => _recorder.RecordAsync(Batch(), stop.Token));
        await Eventually.IsTrueAsync(() => _store.Running == EventRecorder.Workers);
        await stop.CancelAsync();
        recording.IsCompleted.ShouldBeFalse();
        held.SetResult();
        await Should.ThrowAsync<OperationCanceledException>(recording);

        _store.Running.ShouldBe(0);
        (await RecordAsync(Batch())).Recorded.ShouldBe(Partitions * 2);
        _log.Lines(LogKind.Events).ShouldBeUnique();
    }

    [Fact]
    public async Task Some_partitions_are_worked_on_at_once_but_never_more_than_there_are_workers()
    {
        var held = new TaskCompletionSource();
        _store.BeforeAppend = _ => held.Task;

        var recording = Task.Run(() => RecordAsync(Batch()));
        await Eventually.IsTrueAsync(() => _store.Running == EventRecorder.Workers);
        held.SetResult();

        (await recording).Recorded.ShouldBe(Partitions * 2);
        _store.MostRunning.ShouldBe(EventRecorder.Workers);
    }

    [Fact]
    public async Task A_batch_with_one_partition_is_recorded_by_the_caller_itself()
    {
        var caller = Environment.CurrentManagedThreadId;
        var threads = new List<int>();
        _store.BeforeAppend = _ =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return Task.CompletedTask;
        };

        await RecordAsync(TestEvents.Events(0, 3));

        threads.ShouldBe([caller]);
    }

    [Fact]
    public async Task Each_record_of_a_large_batch_keeps_its_place_and_its_reason()
    {
        const int Count = 5000;
        var batch = Enumerable.Range(0, Count)
            .Select(i => i % 7 == 3
                ? TestEvents.Record(i / 3, [(byte)i], partition: i % 3)
                : TestEvents.Event(i / 3, partition: i % 3))
            .ToArray();
        var deadLetters = Enumerable.Range(0, Count).Count(i => i % 7 == 3);

        (await RecordAsync(batch)).ShouldBe(new RecordResult(Count - deadLetters, 0, deadLetters, 0));

        for (var partition = 0; partition < 3; partition++)
        {
            _log.Lines(LogKind.Events, partition).Select(TestEvents.OffsetOf).ShouldBe(Expected(partition, isEvent: true));
            _log.Lines(LogKind.DeadLetters, partition).Select(TestEvents.OffsetOf).ShouldBe(Expected(partition, isEvent: false));
        }

        IEnumerable<long> Expected(int partition, bool isEvent) => Enumerable.Range(0, Count)
            .Where(i => i % 3 == partition && i % 7 == 3 != isEvent)
            .Select(i => (long)(i / 3));
    }

    /// <summary>Two events and a dead letter in each partition, mixed.</summary>
    private static ConsumedRecord[] Batch() =>
    [
        .. Enumerable.Range(0, Partitions).Select(partition => TestEvents.Event(0, partition)),
        .. Enumerable.Range(0, Partitions).Select(partition => TestEvents.Record(1, [1], partition)),
        .. Enumerable.Range(0, Partitions).Select(partition => TestEvents.Event(2, partition)),
    ];

    private Task<RecordResult> RecordAsync(ConsumedRecord[] batch) => _recorder.RecordAsync(batch, CancellationToken.None);
}
