using System.Text.Json;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// One log of one partition. The position is stored with the data: what the log holds is read from its tail, an entry
/// below it is a redelivery, and an append states what it builds on. So each entry is appended exactly once, whatever
/// is delivered again, whoever else writes, and wherever a crash strikes. Not for concurrent use.
/// </summary>
/// <param name="store">Where the segments are.</param>
/// <param name="log">Which log.</param>
/// <param name="partition">The Kafka partition.</param>
/// <param name="format">How an entry becomes a line.</param>
/// <param name="roll">When a new segment starts.</param>
/// <param name="clock">Tells the hour.</param>
internal sealed class PartitionLog(
    ISegmentStore store,
    LogKind log,
    int partition,
    ILineFormat format,
    RollPolicy roll,
    TimeProvider clock)
{
    /// <summary>The most that is appended at once, in bytes, unless it is a single line.</summary>
    public const int MaxAppendBytes = 4 << 20;

    private bool _tailIsKnown;
    private SegmentState? _head;
    private int _generation;
    private long _nextOffset;

    // The batch in flight may hold records of the generations from this one on. Those before are gone from Kafka.
    private int? _oldestGeneration;

    private int _appended;

    /// <summary>Appends what the log does not hold yet. When it returns, all entries are durable.</summary>
    /// <param name="entries">Entries of this partition, in the order of their delivery.</param>
    /// <param name="pending">Room for the lines, while this runs.</param>
    /// <param name="cancellationToken">Gives up between two appends; the same entries can be given again.</param>
    /// <returns>How many entries were appended; the others are redeliveries.</returns>
    /// <exception cref="EventLogException">The store cannot be read or written; the same entries can be given again.</exception>
    public async Task<int> AppendAsync(
        IReadOnlyList<LogEntry> entries, PendingLines pending, CancellationToken cancellationToken)
    {
        _appended = 0;
        while (!await TryAppendNewAsync(entries, pending, cancellationToken))
        {
            // Another writer was there. With a fresh tail, what it has appended is a redelivery.
        }

        return _appended;
    }

    private async Task<bool> TryAppendNewAsync(
        IReadOnlyList<LogEntry> entries, PendingLines pending, CancellationToken cancellationToken)
    {
        pending.Clear();
        if (!_tailIsKnown)
        {
            await LoadTailAsync(cancellationToken);
        }

        // A run of redeliveries is recognized by its first entry; it ends where the offsets go back, or past its generation.
        var isFirst = true;
        long? redelivered = null;
        var endOfRun = 0L;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var offset = entry.Record.Offset;
            if (offset > redelivered && offset < endOfRun)
            {
                redelivered = offset;
                continue;
            }

            redelivered = null;
            int? stored = null;
            if (offset < _nextOffset || (isFirst && _oldestGeneration < _generation))
            {
                if (!await TryFlushAsync(pending, cancellationToken))
                {
                    return false;
                }

                stored = await FindGenerationAsync(entry, cancellationToken);
                if (stored is { } generation)
                {
                    redelivered = offset;
                    endOfRun = await FindEndAsync(generation, cancellationToken);
                }
                else if (offset < _nextOffset)
                {
                    // Another record, or none that can be told, had this offset: the topic was created again.
                    _generation++;
                }
            }

            if (isFirst)
            {
                _oldestGeneration = stored ?? _generation;
                isFirst = false;
            }

            if (redelivered is not null)
            {
                continue;
            }

            if (!pending.TryAdd(format, entry)
                && !(await TryFlushAsync(pending, cancellationToken) && pending.TryAdd(format, entry)))
            {
                return false;
            }

            _nextOffset = offset + 1;
        }

        return await TryFlushAsync(pending, cancellationToken);
    }

    private async Task LoadTailAsync(CancellationToken cancellationToken)
    {
        (_head, _generation, _nextOffset) = (await store.FindNewestAsync(log, partition, cancellationToken), 1, 0);
        if (_head is { Name: var segment })
        {
            var (line, end) = await SegmentSearch.ReadLastLineAsync(store, _head, cancellationToken);
            _head = _head with { Length = end };
            _generation = segment.Generation;
            _nextOffset = end == 0 ? segment.BaseOffset : SegmentSearch.ReadOffset(segment, line.Span) + 1;
        }

        _oldestGeneration ??= _generation;
        _tailIsKnown = true;
    }

    /// <summary>The generation whose segments hold the entry; null if none does that the batch in flight can be of.</summary>
    private async ValueTask<int?> FindGenerationAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        IReadOnlyList<SegmentState>? segments = null;
        for (var generation = _generation; generation >= _oldestGeneration; generation--)
        {
            var holder = CanHold(_head)
                ? _head
                : (segments ??= await store.ListAsync(log, partition, cancellationToken)).LastOrDefault(CanHold);
            if (holder is not null
                && await SegmentSearch.FindLineAsync(store, holder, entry.Record.Offset, cancellationToken) is { } line
                && IsSame(line.Span, entry))
            {
                return generation;
            }

            bool CanHold(SegmentState? head) => head is { Length: > 0, Name: var segment }
                && segment.Generation == generation
                && segment.BaseOffset <= entry.Record.Offset;
        }

        return null;
    }

    private bool IsSame(ReadOnlySpan<byte> line, in LogEntry entry)
    {
        try
        {
            return format.IsSame(line, entry);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A foreign line that looks like one of the log, until it is read: its JSON or its text is broken.
            return false;
        }
    }

    /// <summary>The offset behind the last line of a generation.</summary>
    private async ValueTask<long> FindEndAsync(int generation, CancellationToken cancellationToken)
    {
        if (generation == _generation)
        {
            return _nextOffset;
        }

        var segments = await store.ListAsync(log, partition, cancellationToken);
        var last = segments.Last(head => head.Name.Generation == generation && head.Length > 0);
        var (line, _) = await SegmentSearch.ReadLastLineAsync(store, last, cancellationToken);
        return SegmentSearch.ReadOffset(last.Name, line.Span) + 1;
    }

    private async ValueTask<bool> TryFlushAsync(PendingLines pending, CancellationToken cancellationToken)
    {
        if (pending.Count == 0)
        {
            return true;
        }

        // Until the store has answered nobody knows what it holds; if it never does, the tail is read again.
        _tailIsKnown = false;
        var head = _head;
        var hour = SegmentName.HourOf(clock.GetUtcNow());
        if (head is null || MustRoll(head, hour, pending))
        {
            // A clock that is behind must not put a newer segment into an older folder.
            hour = hour < head?.Name.Hour ? head.Name.Hour : hour;
            var segment = new SegmentName(log, hour, partition, _generation, pending.BaseOffset);
            head = await store.TryCreateAsync(segment, head, cancellationToken);
        }

        _head = head is null ? null : await store.TryAppendAsync(head, pending.Memory, cancellationToken);
        if (_head is null)
        {
            return false;
        }

        _tailIsKnown = true;
        _appended += pending.Count;
        pending.Clear();
        return true;
    }

    private bool MustRoll(SegmentState head, DateTimeOffset hour, PendingLines pending) =>
        head.Name.Generation != _generation
        || head.Name.Hour < hour
        || (head.Length == 0 && head.Name.BaseOffset != pending.BaseOffset)
        || (head.Length > 0 && head.Length + pending.Memory.Length > roll.MaxBytes)
        || head.Blocks >= roll.MaxBlocks;
}
