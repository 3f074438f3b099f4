using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>What a check has found in one log of one partition.</summary>
/// <param name="Log">The log.</param>
/// <param name="Partition">The Kafka partition.</param>
/// <param name="Segments">Its segments.</param>
/// <param name="Generations">How many generations of the topic they are of.</param>
/// <param name="FirstOffset">The offset of the first line; null if there is none.</param>
/// <param name="LastOffset">The offset of the last line; null if there is none.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Skipped">Offsets between its lines: those in the other log, and those that Kafka never delivered.</param>
/// <param name="Repeated">Lines whose offset does not lie above the one before: redeliveries that were stored.</param>
public sealed record PartitionReport(
    LogKind Log,
    int Partition,
    int Segments,
    int Generations,
    long? FirstOffset,
    long? LastOffset,
    long Lines,
    long Skipped,
    long Repeated);
