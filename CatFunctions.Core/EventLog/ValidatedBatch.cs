using System.Collections.Concurrent;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>The batch that is being recorded, and what the validator makes of it.</summary>
internal sealed class ValidatedBatch
{
    // Long enough that handing it to another thread does not show: about 100 µs.
    private const int RecordsAtOnce = 1024;

    private IReadOnlyList<ConsumedRecord> _records = [];
    private string?[] _reasons = [];

    /// <summary>A record of the batch.</summary>
    public LogEntry this[int index] => new(_records[index], _reasons[index]);

    /// <summary>Whether a record of the batch is an event.</summary>
    public bool IsEvent(int index) => _reasons[index] is null;

    /// <summary>Takes in the next batch and validates its records, on several threads if there are many.</summary>
    public void Validate(IReadOnlyList<ConsumedRecord> records)
    {
        _records = records;
        if (_reasons.Length < records.Count)
        {
            _reasons = new string?[records.Count];
        }

        if (records.Count <= RecordsAtOnce)
        {
            Validate(0, records.Count);
        }
        else
        {
            Parallel.ForEach(
                Partitioner.Create(0, records.Count, RecordsAtOnce), range => Validate(range.Item1, range.Item2));
        }
    }

    private void Validate(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            _reasons[i] = _records[i].Value is { } value ? CatEventValidator.Validate(value.Span) : "the record has no value";
        }
    }
}
