using System.Text.Json.Serialization;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>A record that is no event: one line of the dead letters.</summary>
/// <param name="Partition">The Kafka partition it came from.</param>
/// <param name="Offset">Its Kafka offset.</param>
/// <param name="Time">Its Kafka timestamp, in UTC.</param>
/// <param name="Reason">Why it is no event, for a person to read.</param>
/// <param name="Key">Its key, byte for byte; null if it had none.</param>
/// <param name="Value">Its value, byte for byte; null for a tombstone.</param>
public sealed record DeadLetter(
    [property: JsonPropertyName("kafkapartition")] int Partition,
    [property: JsonPropertyName("kafkaoffset")] long Offset,
    [property: JsonPropertyName("time")] DateTime Time,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("key")] byte[]? Key,
    [property: JsonPropertyName("value")] byte[]? Value);
