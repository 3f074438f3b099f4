using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using CatFunctions.Tests.Local.Kafka;

namespace CatFunctions.Tests.Local.Pipeline;

public sealed class RecordLoopTests : IAsyncDisposable
{
    private readonly TestKafka _kafka = new(partitions: 1);
    private readonly WatchedTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly EventProducer _producer;
    private readonly EventConsumer _consumer;
    private readonly TempFolder _folder = new();
    private readonly EventRecorder _recorder;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly List<long> _offsets = [];
    private Task _running = Task.CompletedTask;

    public RecordLoopTests()
    {
        (_producer, _consumer) = (_kafka.NewProducer(), _kafka.NewConsumer());
        _recorder = new EventRecorder(new FileSegmentStore(_folder.Path), _clock);
        _clock.Waiting = _clock.Advance;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _abort.CancelAsync();
        await _running;
        _producer.Dispose();
        _consumer.Dispose();
        _kafka.Dispose();
        _recorder.Dispose();
        _folder.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }

    [Fact]
    public async Task A_batch_that_the_log_refuses_is_given_again_until_it_takes_it()
    {
        var refusals = 3;
        Start(_ => refusals-- > 0 ? throw new EventLogException("The disk is full.") : Task.CompletedTask);

        await ProduceAsync(size: 10, count: 100);
        await _producer.FlushAsync(CancellationToken.None);
        await _kafka.InFlight.WaitUntilAllRecordedAsync(CancellationToken.None);

        _offsets.ShouldBe(Enumerable.Range(0, 100).Select(i => (long)i));
        refusals.ShouldBeLessThan(0);
        _kafka.Output.Lines.ShouldBe(
        [
            "warning: Recording is failing: The disk is full. Trying again until it works.",
            "Recording works again after 00:00:00.",
        ]);
        _kafka.Status.Recorded.ShouldBe(100);
    }

    [Fact]
    public async Task A_slow_log_makes_the_producer_wait_so_that_the_embedded_broker_drops_nothing()
    {
        const int Count = 30_000;
        const int Size = 500;
        using var goOn = new SemaphoreSlim(0);
        Start(_ => goOn.WaitAsync());
        var producing = ProduceAsync(Size, Count);

        await Eventually.IsTrueAsync(() => _kafka.InFlight.Bytes > KafkaSettings.EmbeddedByteLimit - 10 * Size);
        producing.IsCompleted.ShouldBeFalse();
        goOn.Release(int.MaxValue / 2);
        await producing;
        await _producer.FlushAsync(CancellationToken.None);
        await _kafka.InFlight.WaitUntilAllRecordedAsync(CancellationToken.None);

        _offsets.ShouldBe(Enumerable.Range(0, Count).Select(i => (long)i));
        _kafka.InFlight.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task An_abort_ends_the_attempts_to_write()
    {
        var refused = new TaskCompletionSource();
        Start(_ =>
        {
            refused.TrySetResult();
            throw new EventLogException("The disk is full.");
        });
        await ProduceAsync(size: 10, count: 1);
        await refused.Task;

        await _stop.CancelAsync();
        await _abort.CancelAsync();

        await _running;
        _kafka.InFlight.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_broker_that_goes_away_is_reported_once_and_its_return_once()
    {
        Start(_ => Task.CompletedTask);
        await _kafka.Connection.WaitUntilReadyAsync(CancellationToken.None);
        var watching = _kafka.Connection.WatchAsync(_stop.Token);
        await ProduceAsync(size: 10, count: 10);

        _kafka.Broker.GoDown();
        await _kafka.Output.WaitForAsync($"warning: The connection to Kafka at {_kafka.Broker.BootstrapServers} is failing:");
        await ProduceAsync(size: 10, count: 10);
        _kafka.Broker.ComeBack();
        await _kafka.Output.WaitForAsync($"The connection to Kafka at {_kafka.Broker.BootstrapServers} works again after");
        (await _producer.FlushAsync(CancellationToken.None)).ShouldBe(0);
        await _kafka.InFlight.WaitUntilAllRecordedAsync(CancellationToken.None);

        _kafka.Status.Recorded.ShouldBe(20);
        _kafka.Output.Lines.Count.ShouldBe(2);
        await _stop.CancelAsync();
        await watching;
    }

    private void Start(Func<IReadOnlyList<ConsumedRecord>, Task> write) =>
        _running = new RecordLoop(
            _consumer,
            _recorder,
            Options.Create(new EventLogOptions()),
            _kafka.InFlight,
            _kafka.Status,
            _clock,
            _kafka.Logger<RecordLoop>(),
            async (batch, _) =>
            {
                await write(batch);
                _offsets.AddRange(batch.Select(record => record.Offset));
                return new RecordResult(batch.Count, 0, 0, 0);
            }).RunAsync(_stop.Token, _abort.Token);

    private async Task ProduceAsync(int size, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _producer.ProduceAsync(new OutgoingEvent("cat", new byte[size]), CancellationToken.None);
        }
    }
}
