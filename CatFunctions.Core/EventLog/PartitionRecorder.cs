namespace CatFunctions.Core.EventLog;

/// <summary>Records what a batch holds of one partition: its events and its dead letters.</summary>
internal sealed class PartitionRecorder(ValidatedBatch batch, PartitionLog eventLog, PartitionLog deadLetterLog)
{
    private readonly BatchPart _events = new(batch);
    private readonly BatchPart _deadLetters = new(batch);
    private long? _highestOffset;

    /// <summary>Whether the batch holds events.</summary>
    public bool HasEvents => _events.Count > 0;

    /// <summary>Whether the batch holds records that are no events.</summary>
    public bool HasDeadLetters => _deadLetters.Count > 0;

    /// <summary>How many offsets were skipped over, in and before the batch.</summary>
    public long Gaps { get; private set; }

    /// <summary>Forgets the batch before.</summary>
    public void Clear()
    {
        _events.Clear();
        _deadLetters.Clear();
        Gaps = 0;
    }

    /// <summary>Takes in the next record of the partition.</summary>
    /// <param name="index">Its place in the batch.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="isEvent">Whether it is an event.</param>
    public void Add(int index, long offset, bool isEvent)
    {
        Gaps += _highestOffset < offset ? offset - _highestOffset.Value - 1 : 0;
        _highestOffset = Math.Max(_highestOffset ?? 0, offset);
        (isEvent ? _events : _deadLetters).Add(index);
    }

    /// <summary>Appends the records of the batch that are no events.</summary>
    public async Task<RecordResult> AppendDeadLettersAsync(PendingLines pending, CancellationToken cancellationToken)
    {
        var appended = await deadLetterLog.AppendAsync(_deadLetters, pending, cancellationToken);
        return new RecordResult(0, _deadLetters.Count - appended, appended, 0);
    }

    /// <summary>Appends the events of the batch.</summary>
    public async Task<RecordResult> AppendEventsAsync(PendingLines pending, CancellationToken cancellationToken)
    {
        var appended = await eventLog.AppendAsync(_events, pending, cancellationToken);
        return new RecordResult(appended, _events.Count - appended, 0, 0);
    }
}
