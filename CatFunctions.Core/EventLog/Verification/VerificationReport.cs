namespace CatFunctions.Core.EventLog.Verification;

/// <summary>What a check of the whole log has found.</summary>
/// <param name="Events">Lines of the event log.</param>
/// <param name="DeadLetters">Lines of the dead letters.</param>
/// <param name="Segments">Segments of both logs.</param>
/// <param name="Ticks">Ticks that have at least one event in the log.</param>
/// <param name="UnfinishedTicks">Ticks so new that the rest of their events may still be on its way.</param>
/// <param name="CutTicks">Ticks so old that the rest of their events was deleted with the hours before the log's first.</param>
/// <param name="MissingEvents">Events of finished ticks that are not there.</param>
/// <param name="Partitions">Each log of each partition.</param>
/// <param name="Problems">Every breach of the log's promise, one sentence each, up to <see cref="LogVerifier.MaxProblems"/>.</param>
/// <param name="ProblemCount">How many there are in all.</param>
public sealed record VerificationReport(
    long Events,
    long DeadLetters,
    int Segments,
    int Ticks,
    int UnfinishedTicks,
    int CutTicks,
    long MissingEvents,
    IReadOnlyList<PartitionReport> Partitions,
    IReadOnlyList<string> Problems,
    long ProblemCount);
