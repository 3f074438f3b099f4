using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>What a check of the whole log has found.</summary>
/// <param name="Events">Lines of the event log.</param>
/// <param name="DeadLetters">Lines of the dead letters.</param>
/// <param name="Copies">Records whose events were in the log already, at other offsets.</param>
/// <param name="Segments">Segments of all these logs.</param>
/// <param name="Ticks">Ticks that have at least one event in the log.</param>
/// <param name="UnfinishedTicks">Ticks whose other events are on their way: they are in the outbox, or not overtaken yet.</param>
/// <param name="CutTicks">Ticks so old that the rest of their events was deleted with the hours before the log's first.</param>
/// <param name="MissingEvents">Events of overtaken ticks that are in neither log.</param>
/// <param name="UnfinishedEvents">Events of unfinished ticks that are in neither log yet.</param>
/// <param name="Gaps">Offsets between the lines of a partition that are in neither log, those of the notes included.</param>
/// <param name="Partitions">Each log of each partition.</param>
/// <param name="Problems">Every breach of the log's promise, one sentence each, up to <see cref="LogVerifier.MaxProblems"/>.</param>
/// <param name="ProblemCount">How many there are in all.</param>
/// <param name="Foreign">
/// Files in the folders of the logs that are not of a log, such as copies and back-ups: paths under the root. Neither the
/// pipeline nor the documented queries read them, so they are not a problem.
/// </param>
/// <param name="Notes">The gaps that are not a problem, as every tick that events in them can be of is whole: a sentence each.</param>
public sealed record VerificationReport(
    long Events,
    long DeadLetters,
    long Copies,
    int Segments,
    long Ticks,
    int UnfinishedTicks,
    int CutTicks,
    long MissingEvents,
    long UnfinishedEvents,
    long Gaps,
    IReadOnlyList<PartitionReport> Partitions,
    IReadOnlyList<string> Problems,
    long ProblemCount,
    IReadOnlyList<string> Foreign,
    IReadOnlyList<string> Notes);

/// <summary>What a check has found in one log of one partition.</summary>
/// <param name="Log">One of <see cref="LogKind"/>.</param>
/// <param name="Partition">The Kafka partition.</param>
/// <param name="Segments">Its segments.</param>
/// <param name="Generations">How many generations of the topic they are of.</param>
/// <param name="FirstOffset">The offset of the first line; null if there is none.</param>
/// <param name="LastOffset">The offset of the last line; null if there is none.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Repeated">Lines whose offset does not lie above the one before: redeliveries that were stored.</param>
public sealed record PartitionReport(
    LogKind Log,
    int Partition,
    int Segments,
    int Generations,
    long? FirstOffset,
    long? LastOffset,
    long Lines,
    long Repeated);

/// <summary>How far a check of the log is.</summary>
/// <param name="Lines">Lines read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="TotalBytes">Bytes there were when the check began.</param>
public readonly record struct VerificationProgress(long Lines, long Bytes, long TotalBytes);
