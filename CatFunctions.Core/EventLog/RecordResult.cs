namespace CatFunctions.Core.EventLog;

/// <summary>What became of a batch of records. The first three add up to the batch.</summary>
/// <param name="Recorded">Events appended to the log.</param>
/// <param name="Redelivered">Records that the log already held.</param>
/// <param name="DeadLettered">Records appended to the dead letters.</param>
/// <param name="Gaps">Offsets that were skipped over, as compaction and transactions do.</param>
public readonly record struct RecordResult(int Recorded, int Redelivered, int DeadLettered, long Gaps)
{
    /// <summary>Adds up what became of two batches, or of two parts of one.</summary>
    public static RecordResult operator +(RecordResult left, RecordResult right) => new(
        left.Recorded + right.Recorded,
        left.Redelivered + right.Redelivered,
        left.DeadLettered + right.DeadLettered,
        left.Gaps + right.Gaps);
}
