using System.Buffers;
using System.Text.Json;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// One log of one partition. The position is stored with the data: what the log holds is read from its tail, an entry
/// below it is compared with the line at its offset, and an append states what it builds on. So each entry is appended
/// exactly once, whatever is delivered again, whoever else writes, and wherever a crash strikes. Not for concurrent use.
/// </summary>
/// <remarks>
/// A line at the entry's offset that is another record means that the topic was created again: the log goes on in a new
/// generation, with offsets that may go back. In doubt the entry is kept.
/// </remarks>
/// <param name="format">How an entry becomes a line.</param>
/// <param name="roll">When a new segment starts.</param>
internal sealed class PartitionLog(
    ISegmentStore store,
    LogKind log,
    int partition,
    ILineFormat format,
    RollPolicy roll,
    TimeProvider clock)
{
    // The tail: the newest segment, and the position behind its last line and the lines that wait to be appended. It is
    // loaded when the log is first used, and again when an append found that another writer was there or had no answer.
    private bool _isLoaded;
    private SegmentState? _newest;
    private long _nextOffset;

    // The last position that the store has confirmed. A tail that is lower has lost records.
    private (int Generation, long NextOffset) _confirmed;

    // The oldest generation that a record above the tail may be of. Usually that is the newest one, and nothing is looked
    // up. Earlier ones are in question after a load, and while records fill a gap of theirs, until one of them ends or
    // holds another record.
    private int _oldestGeneration = int.MaxValue;

    // The generation that the last batch began in: that batch may be given again, in whole or from somewhere in it on.
    private int _batchGeneration = int.MaxValue;

    private StoredLines? _stored;
    private long _endWhenLoaded;

    /// <summary>The other log of the partition: what it holds is not appended to this one.</summary>
    public PartitionLog? Other { get; set; }

    /// <summary>The log that gets the records whose events this one holds already, at other offsets, if it looks for them.</summary>
    public PartitionLog? Copies { get; init; }

    /// <summary>Tells which events these are.</summary>
    public RecordedIds? Ids { get; init; }

    /// <summary>Counts the topics that had this name one after the other, as far as this log knows, from 1.</summary>
    public int Generation { get; private set; } = 1;

    /// <summary>The offset behind the last line; null if the log is empty, or not loaded.</summary>
    public long? End => _newest is null ? null : _nextOffset;

    /// <summary>Reads the tail.</summary>
    /// <param name="again">Even if it is known: another recorder may have appended to the log.</param>
    /// <exception cref="LostRecordsException">The log has lost records that it held.</exception>
    /// <exception cref="EventLogException">The store cannot be read.</exception>
    public async ValueTask LoadAsync(bool again, CancellationToken cancellationToken)
    {
        if (_isLoaded && !again)
        {
            return;
        }

        _isLoaded = false;
        _stored = null;
        (_newest, Generation, _nextOffset) = (await store.OpenNewestAsync(log, partition, cancellationToken), 1, 0);
        ReadOnlyMemory<byte> line = default;
        if (_newest is { Name: var segment })
        {
            (line, var end) = await SegmentSearch.ReadLastLineAsync(store, _newest, cancellationToken);
            _newest = _newest with { Length = end };
            Generation = segment.Generation;
            _nextOffset = end == 0 ? segment.BaseOffset : SegmentSearch.ReadOffset(segment, line.Span) + 1;
        }

        await (Ids?.LoadAsync(_newest, line, cancellationToken) ?? default);

        var before = _confirmed;
        _confirmed = (Generation, _nextOffset);
        if (_confirmed.CompareTo(before) < 0)
        {
            var first = Generation == before.Generation ? _nextOffset : 0;
            throw new LostRecordsException(log, new OffsetRange(partition, first, before.NextOffset - 1));
        }

        _oldestGeneration = Math.Min(_oldestGeneration, Math.Max(1, Generation - 1));
        _batchGeneration = Math.Min(_batchGeneration, Generation);
        _endWhenLoaded = _nextOffset;
        _isLoaded = true;
    }

    /// <summary>The last offset that the log holds; null if it holds none.</summary>
    /// <exception cref="EventLogException">The store cannot be read.</exception>
    public async Task<long?> FindLastOffsetAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(again: true, cancellationToken);
        if (_newest is not { Length: 0 })
        {
            return End - 1;
        }

        var segments = await store.ListAsync(log, partition, cancellationToken);
        return segments.LastOrDefault(segment => segment.Length > 0) is { } last
            ? SegmentSearch.ReadOffset(last.Name, (await SegmentSearch.ReadLastLineAsync(store, last, cancellationToken)).Line.Span)
            : null;
    }

    /// <summary>Appends what neither log holds yet. When it returns, all entries are durable.</summary>
    /// <param name="entries">Entries of this partition, in the order of their delivery.</param>
    /// <param name="buffer">Room for lines, while this runs.</param>
    /// <param name="cancellationToken">Gives up between two appends; the same entries can be given again.</param>
    /// <returns>How many entries were appended; the others are redeliveries.</returns>
    /// <exception cref="EventLogException">The store cannot be read or written; the same entries can be given again.</exception>
    public async Task<int> AppendAsync(
        IReadOnlyList<LogEntry> entries, LineBuffer buffer, CancellationToken cancellationToken)
    {
        var appended = 0;
        var copies = new List<LogEntry>();
        await LoadAsync(again: false, cancellationToken);
        _stored = null;
        _oldestGeneration = Math.Min(_oldestGeneration, _batchGeneration);
        try
        {
            while (!await TryAppendAsync())
            {
                // Another writer was there. With a fresh tail, what it has appended is a redelivery.
                await LoadAsync(again: true, cancellationToken);
            }
        }
        catch
        {
            // The lines that were not appended count no longer.
            _isLoaded = false;
            throw;
        }

        return appended;

        async Task<bool> TryAppendAsync()
        {
            buffer.Clear();
            copies.Clear();
            for (var i = 0; i < entries.Count; i++)
            {
                var entry = entries[i];
                var offset = entry.Record.Offset;
                int? stored = null;
                if (offset < _nextOffset || _oldestGeneration < Generation || offset < Other?._endWhenLoaded)
                {
                    if (offset < _nextOffset && !await TryFlushAsync())
                    {
                        return false;
                    }

                    stored = await FindGenerationAsync(entry, cancellationToken);
                }

                if (stored is null && Ids?.MayHold(entry.Id) == true)
                {
                    if (Ids.MustRead(entry.Id))
                    {
                        if (!await TryFlushAsync())
                        {
                            return false;
                        }

                        await Ids.ReadAsync(entry.Id, _newest!, cancellationToken);
                    }

                    if (Ids.Holds(entry.Id))
                    {
                        copies.Add(entry);
                        continue;
                    }
                }

                Generation += stored is null && offset < _nextOffset ? 1 : 0;
                if (i == 0)
                {
                    _batchGeneration = stored ?? Generation;
                }

                if (stored is null)
                {
                    if (!buffer.TryAdd(format, entry) && !(await TryFlushAsync() && buffer.TryAdd(format, entry)))
                    {
                        return false;
                    }

                    Ids?.Add(entry.Id);
                    _nextOffset = offset + 1;
                }
            }

            return await TryFlushAsync();
        }

        async ValueTask<bool> TryFlushAsync()
        {
            // Before the events that follow them, so that no offset among those is without a line.
            if (copies.Count > 0)
            {
                await Copies!.AppendAsync(copies, new LineBuffer(), cancellationToken);
                copies.Clear();
            }

            if (buffer.Count > 0)
            {
                if (!await TryAppendLinesAsync(buffer, cancellationToken))
                {
                    return false;
                }

                appended += buffer.Count;
                buffer.Clear();
            }

            return true;
        }
    }

    /// <summary>Whether the newest generation that has a line at the entry's offset has this entry there.</summary>
    public async ValueTask<bool> HoldsAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        for (var generation = entry.Record.Offset < _nextOffset ? Generation : 0; generation > 0; generation--)
        {
            if (await FindLineAsync(generation, entry.Record.Offset, cancellationToken) is ({ IsEmpty: false } line, _))
            {
                return IsSame(line.Span, entry);
            }
        }

        return false;
    }

    /// <summary>The generation that holds the entry, be it in this log or in the other one; null if none does.</summary>
    private async ValueTask<int?> FindGenerationAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        var offset = entry.Record.Offset;
        var newest = offset < _nextOffset ? Generation : Generation - 1;
        var oldestInQuestion = newest + 1;
        var isAnother = false;
        for (var generation = newest; generation > 0; generation--)
        {
            // The newest one that has a line at the offset decides, unless the batch may be of one before.
            if (generation < _oldestGeneration && (isAnother || offset >= _nextOffset))
            {
                break;
            }

            var (line, hasEnded) = await FindLineAsync(generation, offset, cancellationToken);
            if (!line.IsEmpty && IsSame(line.Span, entry))
            {
                return generation;
            }

            isAnother |= !line.IsEmpty;
            oldestInQuestion = isAnother || hasEnded ? oldestInQuestion : generation;
        }

        // What is an event to this version may have been a dead letter to the one before, or the other way round.
        if (offset < Other?._endWhenLoaded && await Other.HoldsAsync(entry, cancellationToken))
        {
            return Generation;
        }

        _oldestGeneration = oldestInQuestion;
        return null;
    }

    private ValueTask<(ReadOnlyMemory<byte> Line, bool HasEnded)> FindLineAsync(
        int generation, long offset, CancellationToken cancellationToken) =>
        (_stored ??= new StoredLines(store, log, partition, _newest!)).FindAsync(generation, offset, cancellationToken);

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

    private async ValueTask<bool> TryAppendLinesAsync(LineBuffer lines, CancellationToken cancellationToken)
    {
        // Until the store has answered nobody knows what it holds; if it never does, the tail is read again.
        _isLoaded = false;
        _stored = null;
        var hour = SegmentName.HourOf(clock.GetUtcNow());
        if (_newest is null || MustRoll(_newest, hour, lines))
        {
            // A clock that is behind must not put a newer segment into an older folder.
            hour = hour < _newest?.Name.Hour ? _newest.Name.Hour : hour;
            var next = new SegmentName(log, hour, partition, Generation, lines.BaseOffset);
            _newest = await store.TryCreateAsync(next, _newest, cancellationToken);
        }

        _newest = _newest is null ? null : await store.TryAppendAsync(_newest, lines.Memory, cancellationToken);
        _isLoaded = _newest is not null;
        _confirmed = _isLoaded ? (Generation, lines.NextOffset) : _confirmed;
        return _isLoaded;
    }

    private bool MustRoll(SegmentState newest, DateTimeOffset hour, LineBuffer lines) =>
        newest.Name.Generation != Generation
        || newest.Name.Hour < hour
        || (newest.Length == 0 && newest.Name.BaseOffset != lines.BaseOffset)
        || (newest.Length > 0 && newest.Length + lines.Memory.Length > roll.MaxBytes)
        || newest.Blocks >= roll.MaxBlocks;
}

/// <summary>When a partition's log goes on in a new segment, apart from a new hour.</summary>
/// <param name="MaxBytes">A segment does not grow beyond this, unless by a single line.</param>
/// <param name="MaxBlocks">Nor beyond this many blocks; an append blob holds 50,000.</param>
internal sealed record RollPolicy(long MaxBytes, int MaxBlocks)
{
    /// <summary>64 MiB, and a little below the limit of an append blob.</summary>
    public static RollPolicy Default { get; } = new(64L << 20, 49_000);
}

/// <summary>The lines that wait to be appended. Several logs may share it, one after the other.</summary>
internal sealed class LineBuffer
{
    /// <summary>The most that is appended at once, in bytes, unless it is a single line.</summary>
    public const int MaxBytes = 4 << 20;

    private readonly ArrayBufferWriter<byte> _lines = new(1 << 16);
    private int _length;

    /// <summary>How many lines there are.</summary>
    public int Count { get; private set; }

    /// <summary>The offset of the first one.</summary>
    public long BaseOffset { get; private set; }

    /// <summary>The offset behind the last one.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The lines, line breaks included.</summary>
    public ReadOnlyMemory<byte> Memory => _lines.WrittenMemory[.._length];

    /// <summary>Adds the line of an entry; false if the lines that are there have to be appended and cleared first.</summary>
    public bool TryAdd(ILineFormat format, in LogEntry entry)
    {
        format.Write(_lines, entry);
        if (Count > 0 && _lines.WrittenCount > MaxBytes)
        {
            return false;
        }

        if (Count++ == 0)
        {
            BaseOffset = entry.Record.Offset;
        }

        NextOffset = entry.Record.Offset + 1;
        _length = _lines.WrittenCount;
        return true;
    }

    public void Clear()
    {
        _lines.ResetWrittenCount();
        _length = 0;
        Count = 0;
    }
}
