using System.Text.Json.Serialization;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>Says that a dead letter was produced again: one line of the replays.</summary>
/// <param name="Partition">The partition of the dead letter.</param>
/// <param name="Offset">The offset of the dead letter.</param>
/// <param name="Generation">The generation of the dead letter.</param>
/// <param name="Time">When it was produced again, in UTC.</param>
/// <param name="Topic">The topic it was produced to.</param>
/// <param name="NewPartition">Where it came to stand there.</param>
/// <param name="NewOffset">Its offset there.</param>
public sealed record ReplayMark(
    [property: JsonPropertyName("kafkapartition")] int Partition,
    [property: JsonPropertyName("kafkaoffset")] long Offset,
    [property: JsonPropertyName("generation")] int Generation,
    [property: JsonPropertyName("time")] DateTime Time,
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("newpartition")] int NewPartition,
    [property: JsonPropertyName("newoffset")] long NewOffset);
