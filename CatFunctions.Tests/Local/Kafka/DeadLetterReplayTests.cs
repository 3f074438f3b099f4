using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class DeadLetterReplayTests : IDisposable
{
    private static readonly byte[] Event = TestEvents.Utf8(TestEvents.Json);

    private readonly TestKafka _kafka = new();
    private readonly FileTestLog _log = new();

    public void Dispose()
    {
        _log.Dispose();
        _kafka.Dispose();
    }

    [Fact]
    public async Task What_is_now_a_valid_event_is_produced_again_with_its_key_and_value_once()
    {
        await RecordAsync(TestEvents.Record(1, [1, 2]), TestEvents.Record(2, Event, key: [0, 255]), TestEvents.Record(3, Event));

        (await Replay(all: false)).ShouldBe((2, 1));
        (await Replay(all: false)).ShouldBe((0, 1));

        var replayed = Consume();
        replayed.Select(message => message.Value).ShouldAllBe(value => value!.SequenceEqual(Event));
        replayed.Select(message => message.Key is null ? "none" : Convert.ToHexString(message.Key)).Order().ShouldBe(["00FF", "none"]);
    }

    [Fact]
    public async Task All_are_produced_again_if_that_is_asked_for_tombstones_too()
    {
        await RecordAsync(TestEvents.Record(1, [1, 2]), TestEvents.Record(2, null), TestEvents.Record(3, []));

        (await Replay(all: true)).ShouldBe((3, 0));

        Consume().Select(message => message.Value is null ? "none" : Convert.ToHexString(message.Value)).Order().ShouldBe(["", "0102", "none"]);
    }

    [Fact]
    public async Task A_replay_restores_the_headers()
    {
        await RecordAsync(TestEvents.Record(1, Event) with { Headers = [new("a", [0, 255]), new("é", []), new("a", null)] });

        (await Replay(all: false)).ShouldBe((1, 0));

        Consume().Single().Headers.Select(header => (header.Key, header.GetValueBytes() is { } value ? Convert.ToHexString(value) : null))
            .ShouldBe([("a", "00FF"), ("é", ""), ("a", null)]);
    }

    [Fact]
    public async Task A_replay_goes_on_where_the_last_one_stopped()
    {
        await RecordAsync([.. Enumerable.Range(0, 250).Select(offset => TestEvents.Record(offset, TestEvents.WithIndex(offset)))]);
        var marks = Enumerable.Range(0, 120).Select(offset => new ReplayMark(0, offset, 1, DateTime.UnixEpoch, "cats", 0, 0)).ToArray();
        await new DeadLetterLog(_log.Store, TimeProvider.System).MarkAsync(marks, CancellationToken.None);

        (await Replay(all: false)).ShouldBe((130, 0));

        Consume().Select(message => Encoding.UTF8.GetString(message.Value!)).ShouldBe(
            Enumerable.Range(120, 130).Select(offset => Encoding.UTF8.GetString(TestEvents.WithIndex(offset))), ignoreOrder: true);
    }

    private Task<(int Replayed, int Left)> Replay(bool all) =>
        new DeadLetterReplay(_kafka.Settings, new DeadLetterLog(_log.Store, TimeProvider.System), _kafka.Connection, TimeProvider.System)
            .RunAsync(all, CancellationToken.None);

    /// <summary>Records dead letters, as a validator would that refuses all.</summary>
    private async Task RecordAsync(params ConsumedRecord[] records)
    {
        var log = new PartitionLog(
            _log.Store, LogKind.DeadLetters, 0, new DeadLetterLine(), RollPolicy.Default, TimeProvider.System);
        await log.AppendAsync(
            [.. records.Select(record => new LogEntry(record, "refused"))], new LineBuffer(), CancellationToken.None);
    }

    private List<Message<byte[]?, byte[]?>> Consume() => _kafka.Read<byte[]?, byte[]?>();
}
