using System.Buffers;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// One log of one partition. The position is stored with the data: what the log holds is read from its tail, an entry
/// below it is a redelivery, and an append states what it builds on. So each entry is appended exactly once, whatever
/// is delivered again, whoever else writes, and wherever a crash strikes. Not for concurrent use.
/// </summary>
/// <param name="store">Where the segments are.</param>
/// <param name="log">One of <see cref="LogNames"/>.</param>
/// <param name="partition">The Kafka partition.</param>
/// <param name="format">How an entry becomes a line.</param>
/// <param name="roll">When a new segment starts.</param>
/// <param name="pending">The lines that wait to be appended; several logs may share it, one after the other.</param>
/// <param name="clock">Tells the hour.</param>
internal sealed class PartitionLog(
    ISegmentStore store,
    string log,
    int partition,
    ILineFormat format,
    RollPolicy roll,
    ArrayBufferWriter<byte> pending,
    TimeProvider clock)
{
    /// <summary>The most that is appended at once, in bytes, unless it is a single line.</summary>
    public const int MaxAppendBytes = 4 << 20;

    private bool _tailIsKnown;
    private SegmentHead? _head;
    private int _generation;
    private long _nextOffset;

    private int _pendingEntries;
    private long _pendingBase;
    private int _appended;

    /// <summary>Appends what the log does not hold yet. When it returns, all entries are durable.</summary>
    /// <param name="entries">Entries of this partition, in the order of their delivery.</param>
    /// <param name="cancellationToken">Gives up between two appends; the same entries can be given again.</param>
    /// <returns>How many entries were appended; the others are redeliveries.</returns>
    /// <exception cref="EventLogException">The store cannot be read or written; the same entries can be given again.</exception>
    public async Task<int> AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        _appended = 0;
        while (!await TryAppendNewAsync(entries, cancellationToken))
        {
            // Another writer was there. With a fresh tail, what it has appended is a redelivery.
        }

        return _appended;
    }

    private async Task<bool> TryAppendNewAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        ClearPending();
        if (!_tailIsKnown)
        {
            await LoadTailAsync(cancellationToken);
        }

        // A run of redeliveries is recognized by its first entry; it ends where the offsets go on, or back.
        long? redelivered = null;
        foreach (var entry in entries)
        {
            var offset = entry.Record.Offset;
            if (offset < _nextOffset)
            {
                if (offset > redelivered)
                {
                    redelivered = offset;
                    continue;
                }

                if (!await TryFlushAsync(cancellationToken))
                {
                    return false;
                }

                if (await IsStoredAsync(entry, cancellationToken))
                {
                    redelivered = offset;
                    continue;
                }

                // Another record, or none that can be told, had this offset: the topic was created again.
                _generation++;
            }

            redelivered = null;
            if (!await TryAddAsync(entry, cancellationToken))
            {
                return false;
            }
        }

        return await TryFlushAsync(cancellationToken);
    }

    private async Task LoadTailAsync(CancellationToken cancellationToken)
    {
        (_head, _generation, _nextOffset) = (await store.FindNewestAsync(log, partition, cancellationToken), 1, 0);
        if (_head is { Segment: var segment })
        {
            var (line, end) = await SegmentSearch.ReadLastLineAsync(store, _head, cancellationToken);
            _head = _head with { Length = end };
            _generation = segment.Generation;
            _nextOffset = end == 0 ? segment.BaseOffset : SegmentSearch.ReadOffset(segment, line.Span) + 1;
        }

        _tailIsKnown = true;
    }

    private async ValueTask<bool> IsStoredAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        var offset = entry.Record.Offset;
        var holder = _head;
        if (!CanHold(holder))
        {
            var segments = await store.ListAsync(log, partition, cancellationToken);
            holder = segments.LastOrDefault(CanHold);
        }

        return holder is not null
            && await SegmentSearch.FindLineAsync(store, holder, offset, cancellationToken) is { } line
            && format.IsSame(line.Span, entry);

        bool CanHold(SegmentHead? head) =>
            head is { Length: > 0, Segment: var segment } && segment.Generation == _generation && segment.BaseOffset <= offset;
    }

    private async ValueTask<bool> TryAddAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        var start = pending.WrittenCount;
        format.Write(pending, entry);
        if (start > 0 && pending.WrittenCount > MaxAppendBytes)
        {
            if (!await TryFlushAsync(start, cancellationToken))
            {
                return false;
            }

            format.Write(pending, entry);
        }

        if (_pendingEntries++ == 0)
        {
            _pendingBase = entry.Record.Offset;
        }

        _nextOffset = entry.Record.Offset + 1;
        return true;
    }

    private ValueTask<bool> TryFlushAsync(CancellationToken cancellationToken) =>
        TryFlushAsync(pending.WrittenCount, cancellationToken);

    private async ValueTask<bool> TryFlushAsync(int length, CancellationToken cancellationToken)
    {
        if (_pendingEntries == 0)
        {
            return true;
        }

        // Until the store has answered nobody knows what it holds; if it never does, the tail is read again.
        _tailIsKnown = false;
        var head = _head;
        var hour = Segment.HourOf(clock.GetUtcNow());
        if (head is null || MustRoll(head, hour, length))
        {
            // A clock that is behind must not put a newer segment into an older folder.
            hour = hour < head?.Segment.Hour ? head.Segment.Hour : hour;
            var segment = new Segment(log, hour, partition, _generation, _pendingBase);
            head = await store.TryCreateAsync(segment, head, cancellationToken);
        }

        _head = head is null ? null : await store.TryAppendAsync(head, pending.WrittenMemory[..length], cancellationToken);
        if (_head is null)
        {
            return false;
        }

        _tailIsKnown = true;
        _appended += _pendingEntries;
        ClearPending();
        return true;
    }

    private bool MustRoll(SegmentHead head, DateTimeOffset hour, int length) =>
        head.Segment.Generation != _generation
        || head.Segment.Hour < hour
        || (head.Length > 0 && head.Length + length > roll.MaxBytes)
        || head.Blocks >= roll.MaxBlocks;

    private void ClearPending()
    {
        pending.ResetWrittenCount();
        _pendingEntries = 0;
    }
}
