using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>Sorts the records of one partition into events and dead letters.</summary>
internal sealed class PartitionRecorder(PartitionLog eventLog, PartitionLog deadLetterLog)
{
    private readonly List<LogEntry> _events = [];
    private readonly List<LogEntry> _deadLetters = [];
    private long? _highestOffset;
    private long _gaps;

    /// <summary>Forgets the batch before.</summary>
    public void Clear()
    {
        _events.Clear();
        _deadLetters.Clear();
        _gaps = 0;
    }

    /// <summary>Takes in the next record of the batch.</summary>
    public void Add(in ConsumedRecord record)
    {
        _gaps += _highestOffset < record.Offset ? record.Offset - _highestOffset.Value - 1 : 0;
        _highestOffset = Math.Max(_highestOffset ?? 0, record.Offset);

        var reason = record.Value is { } value ? CatEventValidator.Validate(value.Span) : "the record has no value";
        (reason is null ? _events : _deadLetters).Add(new LogEntry(record, reason));
    }

    /// <summary>Appends the records of the batch that are no events.</summary>
    public async Task<RecordResult> AppendDeadLettersAsync(CancellationToken cancellationToken)
    {
        var appended = _deadLetters.Count == 0 ? 0 : await deadLetterLog.AppendAsync(_deadLetters, cancellationToken);
        return new RecordResult(0, _deadLetters.Count - appended, appended, 0);
    }

    /// <summary>Appends the events of the batch.</summary>
    public async Task<RecordResult> AppendEventsAsync(CancellationToken cancellationToken)
    {
        var appended = _events.Count == 0 ? 0 : await eventLog.AppendAsync(_events, cancellationToken);
        return new RecordResult(appended, _events.Count - appended, 0, _gaps);
    }
}
