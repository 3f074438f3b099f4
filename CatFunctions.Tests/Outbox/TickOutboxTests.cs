using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.Outbox;
using CatFunctions.Core.Telemetry;
using CatFunctions.Tests.EventLog;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Tests.Outbox;

public sealed class TickOutboxTests : IDisposable
{
    private const int Partitions = 2;
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly FileTestLog _log = new();
    private readonly FakeTimeProvider _clock = new(Noon);
    private readonly ServiceProvider _services;
    private readonly OutboxOptions _options = new();
    private readonly EventRecorder _recorder;
    private readonly long[] _nextOffsets = new long[Partitions];
    private TickOutbox _outbox;

    public TickOutboxTests()
    {
        _services = new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddPipelineMetrics().BuildServiceProvider();
        _recorder = new EventRecorder(_log.Store, _clock);
        _outbox = NewOutbox();
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _services.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_tick_is_removed_when_the_log_holds_all_of_it()
    {
        var values = await ProduceAsync(Noon, 10);
        await RecordAsync(values[..9]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await ResendAsync()).ShouldBeEmpty();
        (await InFlightAsync()).ShouldBe(1);

        await RecordAsync(values[9..]);
        (await ResendAsync()).ShouldBeEmpty();

        _clock.Advance(TimeSpan.FromMinutes(1));
        (await _outbox.ListAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tick_is_kept_until_what_a_killed_recorder_has_left_in_the_log_is_durable()
    {
        var values = await ProduceAsync(Noon, 10);
        await KillBeforeFlushAsync(values);
        _outbox = NewOutbox(new FileSegmentStore(_log.Root) { Flush = _ => throw new IOException("the disk lost it") });

        await ResendAsync(isKafkaEmpty: true).ShouldThrowAsync<EventLogException>();
        (await ReadPendingAsync()).ShouldHaveSingleItem();

        _outbox = NewOutbox();
        (await ResendAsync(isKafkaEmpty: true)).ShouldBeEmpty();
        (await ReadPendingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_killed_recorder_has_left_damaged_is_sent_again()
    {
        var values = await ProduceAsync(Noon, 10);
        await RecordAsync(values);
        var path = _log.PathOf(_log.Files(LogKind.Events).Single());
        var lines = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, lines[..(lines.Length / 2)] + '\0' + lines[((lines.Length / 2) + 1)..]);
        _outbox = NewOutbox();

        var resent = (await ResendAsync(isKafkaEmpty: true)).Select(lost => lost.Value.ToArray()).ToArray();

        resent.Length.ShouldBe(10 - _log.Lines(LogKind.Events).Length);
        resent.ShouldBe(values[^resent.Length..]);
    }

    [Fact]
    public async Task A_dead_letter_counts_for_its_tick()
    {
        var values = await ProduceAsync(Noon, 2);
        await RecordAsync(values[..1]);
        await RecordAsync([TestEvents.Utf8(Encoding.UTF8.GetString(values[1]).Replace("2026-11-22T07:30:12.345Z", "never"))]);
        _log.Lines(LogKind.DeadLetters).Length.ShouldBe(1);

        await _outbox.RemoveWholeAsync(CancellationToken.None);

        (await _outbox.ListAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_tick_lacks_is_sent_again_in_the_same_bytes_when_every_partition_has_gone_past_it()
    {
        var values = await ProduceAsync(Noon, 10);
        await RecordAsync([.. values[..3], .. values[5..]]);
        await PassAsync(Noon.AddSeconds(61), partitions: 2);

        var resent = await ResendAsync();

        resent.Select(lost => lost.Value.ToArray()).ShouldBe(values[3..5]);
        resent.ShouldAllBe(lost => lost.Key == "MTY3ODIyMQ");
        (await InFlightAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_tick_is_not_sent_again_while_a_partition_lags_behind_it()
    {
        await ProduceAsync(Noon, 10);
        await PassAsync(Noon.AddSeconds(-5), partitions: 2);
        await PassAsync(Noon.AddSeconds(61), partitions: 1);

        (await ResendAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_sent_again_is_judged_by_the_ticks_after_that_alone()
    {
        var values = await ProduceAsync(Noon, 2);
        await PassAsync(Noon.AddSeconds(61), partitions: 2);
        (await ResendAsync()).Count.ShouldBe(2);

        _clock.Advance(TimeSpan.FromSeconds(50));
        await PassAsync(Noon.AddSeconds(111), partitions: 2);
        (await ResendAsync()).ShouldBeEmpty();

        await RecordAsync(values[..1]);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await PassAsync(Noon.AddSeconds(141), partitions: 2);
        (await ResendAsync()).ShouldHaveSingleItem().Value.ToArray().ShouldBe(values[1]);
    }

    [Fact]
    public async Task When_Kafka_is_empty_all_that_the_log_lacks_is_sent_again_at_once()
    {
        var first = await ProduceAsync(Noon, 2);
        var second = await ProduceAsync(Noon.AddSeconds(5), 1);
        await RecordAsync(first[..1]);
        _outbox = NewOutbox();

        (await ResendAsync(isKafkaEmpty: true)).Select(lost => lost.Value.ToArray()).ShouldBe([first[1], second[0]]);
    }

    [Fact]
    public async Task A_tick_that_is_there_is_not_to_be_sent_a_second_time()
    {
        await ProduceAsync(Noon, 2);
        using var events = OutboxStoreContract.NewEvents(Noon, 2);

        (await NewOutbox().TryAddAsync(new Tick(Noon, TimeSpan.FromSeconds(5)), events, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_an_outbox_nothing_is_kept()
    {
        _options.Enabled = false;

        await ProduceAsync(Noon, 2);
        await PassAsync(Noon.AddSeconds(61), partitions: 2);

        (await ResendAsync()).ShouldBeEmpty();
        Directory.Exists(_log.PathOf("outbox")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_tick_is_kept_and_sent_again_however_old_it_is_by_a_clock_that_may_be_wrong()
    {
        await ProduceAsync(Noon, 2);
        _clock.Advance(TimeSpan.FromDays(60));
        await PassAsync(_clock.GetUtcNow(), partitions: 2);

        (await ResendAsync()).Count.ShouldBe(2);
        Directory.GetFiles(_log.PathOf("outbox")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task At_every_step_what_was_produced_is_recorded_or_dead_or_in_flight_and_nothing_is_missing()
    {
        var random = new Random(20261122);
        var produced = 0;
        var lost = new List<byte[]>();
        for (var step = 0; step < 60; step++)
        {
            var values = await ProduceAsync(_clock.GetUtcNow(), random.Next(1, 20));
            produced += values.Length;
            var arrived = values.Where(_ => random.Next(10) > 0).ToArray();
            await RecordAsync(arrived[..random.Next(arrived.Length + 1)]);
            await ShouldAddUpAsync(produced);
            await RecordAsync([.. (await ResendAsync()).Select(resent => resent.Value.ToArray()).Where(_ => random.Next(10) > 0)]);
            await ShouldAddUpAsync(produced);
            _clock.Advance(TimeSpan.FromSeconds(random.Next(2, 30)));
        }

        await ResendUntilWholeAsync();
        var report = await ShouldAddUpAsync(produced + 0);
        report.UnfinishedEvents.ShouldBe(0);

        async Task ResendUntilWholeAsync()
        {
            while ((await ReadPendingAsync()).Count > 0)
            {
                await RecordAsync([.. (await ResendAsync(isKafkaEmpty: true)).Select(resent => resent.Value.ToArray())]);
                _clock.Advance(TimeSpan.FromSeconds(61));
                await _outbox.RemoveWholeAsync(CancellationToken.None);
            }
        }
    }

    private async Task<VerificationReport> ShouldAddUpAsync(int produced)
    {
        var report = await new LogVerifier(_log.Store, clock: _clock, listPendingAsync: NewOutbox().ListAsync).VerifyAsync(CancellationToken.None);
        report.Problems.ShouldBeEmpty();
        (report.Events + report.DeadLetters + report.UnfinishedEvents).ShouldBe(produced);
        return report;
    }

    private TickOutbox NewOutbox(ISegmentStore? log = null) => new(
        new FileOutboxStore(_log.Root),
        log ?? _log.Store,
        Options.Create(_options),
        _clock,
        _services.GetRequiredService<PipelineMetrics>());

    private Task<IReadOnlyDictionary<DateTimeOffset, int>> ReadPendingAsync() => NewOutbox().ListAsync(CancellationToken.None);

    private async Task<long> InFlightAsync() =>
        (await new LogVerifier(_log.Store, clock: _clock, listPendingAsync: NewOutbox().ListAsync).VerifyAsync(CancellationToken.None)).UnfinishedEvents;

    private async Task<byte[][]> ProduceAsync(DateTimeOffset tick, int count)
    {
        using var events = OutboxStoreContract.NewEvents(tick, count);
        (await _outbox.TryAddAsync(new Tick(tick, TimeSpan.FromSeconds(5)), events, CancellationToken.None)).ShouldBeTrue();
        return [.. events.Select(produced => produced.Value.ToArray())];
    }

    /// <summary>Records a later tick in the first partitions.</summary>
    private async Task PassAsync(DateTimeOffset tick, int partitions)
    {
        _clock.AdjustTime(tick > _clock.GetUtcNow() ? tick : _clock.GetUtcNow());
        for (var partition = 0; partition < partitions; partition++)
        {
            await RecordAsync([TestEvents.WithIndex(partition, Tick.NameOf(tick), Partitions)], partition);
        }
    }

    private async Task RecordAsync(byte[][] values, int partition = 0) => await _recorder.RecordAsync(
        [.. values.Select(value => TestEvents.Record(_nextOffsets[partition]++, value, partition))], CancellationToken.None);

    private async Task KillBeforeFlushAsync(byte[][] values)
    {
        using var recorder = new EventRecorder(
            new FileSegmentStore(_log.Root) { Flush = _ => throw new OperationCanceledException() }, _clock);
        await recorder.RecordAsync([.. values.Select((value, i) => TestEvents.Record(i, value))], CancellationToken.None)
            .ShouldThrowAsync<OperationCanceledException>();
        _log.Lines(LogKind.Events).Length.ShouldBe(values.Length);
    }

    private async Task<List<OutgoingEvent>> ResendAsync(bool isKafkaEmpty = false)
    {
        var resent = new List<OutgoingEvent>();
        await foreach (var lost in _outbox.ResendAsync(isKafkaEmpty, CancellationToken.None))
        {
            resent.Add(lost);
        }

        return resent;
    }
}
