using System.Text.Json;
using CatFunctions.Core.EventLog;
using CatFunctions.Tests.Events;

namespace CatFunctions.Tests.EventLog;

/// <summary>Consumed records for tests.</summary>
internal static class RecordFactory
{
    public static readonly DateTimeOffset Timestamp = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);

    /// <summary>Events at consecutive offsets. Each topic gives its events other ids, as another tick would.</summary>
    public static ConsumedRecord[] Events(long firstOffset, int count, int partition = 0, string topic = "20261122T073015000Z") =>
        [.. Enumerable.Range(0, count).Select(i => Event(firstOffset + i, partition, topic))];

    public static ConsumedRecord Event(long offset, int partition = 0, string topic = "20261122T073015000Z") =>
        Record(offset, SampleEvent.WithIndex((int)offset, topic, tickSize: 1_000_000), partition);

    public static ConsumedRecord Record(long offset, byte[]? value, int partition = 0, byte[]? key = null) => new(
        partition,
        offset,
        Timestamp,
        key is null ? null : (ReadOnlyMemory<byte>?)key,
        value is null ? null : (ReadOnlyMemory<byte>?)value);

    /// <summary>The offset that a line of the log carries.</summary>
    public static long OffsetOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("kafkaoffset").GetInt64();
}
