using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.Local.Kafka;

namespace CatFunctions.Tests.Local.Pipeline;

/// <summary>Where recording goes on when the log and the topic are not what they were.</summary>
public sealed class RecordPositionTests : IDisposable
{
    private const int TickSize = 100;

    private readonly TestKafka _kafka = new(partitions: 1, new() { ["session.timeout.ms"] = "2000" });
    private readonly WatchedTimeProvider _clock = new(TestEvents.Timestamp);
    private readonly TempFolder _folder = new();
    private readonly EventProducer _producer;
    private int _ticks;

    public RecordPositionTests()
    {
        _producer = new EventProducer(_kafka.Settings, new InFlightBudget(byteLimit: null), _kafka.Status, _kafka.Connection);
        _clock.Waiting = _clock.Advance;
        Root = Path.Combine(_folder.Path, "data");
    }

    private string Root { get; }

    public void Dispose()
    {
        _producer.Dispose();
        _kafka.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_backup_that_was_restored_is_completed_from_Kafka()
    {
        var backup = Path.Combine(_folder.Path, "backup");
        await RecordTickAsync();
        CopyFolder(Root, backup);
        await RecordTickAsync();
        Directory.Delete(Root, recursive: true);
        Directory.Move(backup, Root);

        await RecordAsync(expected: 2 * TickSize);

        await ShouldHoldInOrderAsync(2 * TickSize);
    }

    [Fact]
    public async Task A_segment_that_was_deleted_before_a_start_is_completed_from_Kafka()
    {
        await RecordTickAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await RecordTickAsync();
        DeleteNewestSegment();

        await RecordAsync(expected: 2 * TickSize);

        await ShouldHoldInOrderAsync(2 * TickSize);
    }

    [Fact]
    public async Task A_segment_that_is_deleted_under_a_running_recorder_is_completed_from_Kafka_and_one_line_says_so()
    {
        await using var run = Start();
        await ProduceTickAsync();
        await WaitForLinesAsync(TickSize);
        _clock.Advance(TimeSpan.FromHours(1));
        await ProduceTickAsync();
        await WaitForLinesAsync(2 * TickSize);
        DeleteNewestSegment();
        await ProduceTickAsync();
        await WaitForLinesAsync(3 * TickSize);
        await run.DisposeAsync();

        await ShouldHoldInOrderAsync(3 * TickSize);
        _kafka.Output.Lines.ShouldHaveSingleItem().ShouldStartWith(
            "error: The log events does not hold offsets 100 to 199 of partition 0 any more, which it has held.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_topic_that_was_created_again_is_recorded_whole(int ticks)
    {
        await RecordTickAsync();
        await RecordTickAsync();
        _kafka.Broker.RecreateTopic(1);
        for (var i = 0; i < ticks; i++)
        {
            await ProduceTickAsync();
        }

        await RecordAsync(expected: (2 + ticks) * TickSize);

        await VerifyAsync();
        LogFolder.Offsets(Root).ShouldBe([.. Offsets(2 * TickSize), .. Offsets(ticks * TickSize)]);
        _kafka.Output.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_that_Kafka_has_deleted_before_they_were_recorded_are_named_unless_gaps_are_normal(bool allowGaps)
    {
        const int Size = 100_000;
        const int Count = 2 * EmbeddedBroker.PartitionCapacity / Size;
        await RecordTickAsync();
        await ProduceTickAsync(Count, Size);

        await using (Start(allowGaps))
        {
            await Eventually.IsTrueAsync(() => LogFolder.Files(Root, LogKind.Events).Length > 0 && LastOffset() == TickSize + Count - 1);
        }

        var offsets = LogFolder.Offsets(Root);
        var firstNew = offsets[TickSize];
        firstNew.ShouldBeGreaterThan(TickSize);
        offsets.ShouldBe([.. Offsets(TickSize), .. Enumerable.Range((int)firstNew, TickSize + Count - (int)firstNew).Select(i => (long)i)]);
        if (allowGaps)
        {
            _kafka.Output.Lines.ShouldBeEmpty();
        }
        else
        {
            _kafka.Output.Lines.ShouldHaveSingleItem().ShouldStartWith(
                $"warning: Kafka has skipped records: offsets {TickSize} to {firstNew - 1} of partition 0 were not delivered.");
        }
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_at_first_is_asked_until_it_can()
    {
        await ProduceTickAsync();
        await File.WriteAllTextAsync(Root, "a file where the folder should be");
        await using (Start())
        {
            await _kafka.Output.WaitForAsync("warning: Recording is failing: ");
            File.Delete(Root);
            await WaitForLinesAsync(TickSize);
        }

        await ShouldHoldInOrderAsync(TickSize);
    }

    private Run Start(bool allowGaps = false) => new(_kafka, Root, _clock, allowGaps);

    /// <summary>Produces a tick and records it.</summary>
    private async Task RecordTickAsync()
    {
        await ProduceTickAsync();
        await RecordAsync(_ticks * TickSize);
    }

    /// <summary>Records until the log holds so many events.</summary>
    private async Task RecordAsync(int expected)
    {
        await using var run = Start();
        await WaitForLinesAsync(expected);
    }

    private Task WaitForLinesAsync(int count) =>
        Eventually.IsTrueAsync(() => LogFolder.CountLines(Root, LogKind.Events) >= count, $"{count} events");

    private async Task ProduceTickAsync(int count = TickSize, int size = 0)
    {
        var tick = Tick.NameOf(TestEvents.Timestamp.AddSeconds(5 * _ticks++));
        var filler = $"\"filler\":\"{new string('x', size)}\",";
        for (var i = 0; i < count; i++)
        {
            var json = Encoding.UTF8.GetString(TestEvents.WithIndex(i, tick, count));
            await _producer.ProduceAsync(new OutgoingEvent("cat", TestEvents.Utf8(json.Insert(1, filler))), CancellationToken.None);
        }

        (await _producer.FlushAsync(CancellationToken.None)).ShouldBe(0);
    }

    private void DeleteNewestSegment() => File.Delete(Path.Combine(Root, LogFolder.Files(Root, LogKind.Events)[^1]));

    private long LastOffset()
    {
        using var file = new FileStream(
            Path.Combine(Root, LogFolder.Files(Root, LogKind.Events)[^1]), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var text = new StreamReader(file).ReadToEnd();
        return text.EndsWith('\n') ? TestEvents.OffsetOf(text.TrimEnd('\n').Split('\n')[^1]) : -1;
    }

    private async Task ShouldHoldInOrderAsync(int events)
    {
        LogFolder.Offsets(Root).ShouldBe(Offsets(events));
        LogFolder.Files(Root, LogKind.Events).ShouldAllBe(path => Path.GetFileName(path).StartsWith("0001-"));
        await VerifyAsync();
    }

    private async Task VerifyAsync()
    {
        var report = await new LogVerifier(new FileSegmentStore(Root)).VerifyAsync(CancellationToken.None);
        report.Problems.ShouldBeEmpty();
        report.UnfinishedTicks.ShouldBe(0);
        report.DeadLetters.ShouldBe(0);
    }

    private static IEnumerable<long> Offsets(int count) => Enumerable.Range(0, count).Select(i => (long)i);

    private static void CopyFolder(string source, string target)
    {
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    /// <summary>A recorder from its start to its stop, as in a process of its own.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly EventRecorder _recorder;
        private readonly EventConsumer _consumer;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Run(TestKafka kafka, string root, TimeProvider clock, bool allowGaps)
        {
            _recorder = new EventRecorder(new FileSegmentStore(root), clock);
            _consumer = kafka.NewConsumer();
            _running = new RecordLoop(
                _consumer,
                _recorder,
                Options.Create(new EventLogOptions { AllowGaps = allowGaps }),
                kafka.InFlight,
                kafka.Status,
                clock,
                kafka.Logger<RecordLoop>()).RunAsync(_stop.Token, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _consumer.Dispose();
            _recorder.Dispose();
        }
    }
}
