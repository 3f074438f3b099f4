using System.Buffers;
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
    // The tail: the newest segment, and the position behind its last line and the lines that wait to be appended. It is
    // loaded when the log is first used, and again when an append found that another writer was there or had no answer.
    private bool _isLoaded;
    private SegmentState? _newest;
    private int _generation;
    private long _nextOffset;

    // The generation that the batch before began in. A batch that is given again, in whole or from somewhere in it on,
    // may begin with records of a topic that was created again meanwhile; what is older than that is gone from Kafka.
    private int? _oldestGeneration;

    /// <summary>Appends what the log does not hold yet. When it returns, all entries are durable.</summary>
    /// <param name="entries">Entries of this partition, in the order of their delivery.</param>
    /// <param name="buffer">Room for lines, while this runs.</param>
    /// <param name="cancellationToken">Gives up between two appends; the same entries can be given again.</param>
    /// <returns>How many entries were appended; the others are redeliveries.</returns>
    /// <exception cref="EventLogException">The store cannot be read or written; the same entries can be given again.</exception>
    public async Task<int> AppendAsync(
        IReadOnlyList<LogEntry> entries, LineBuffer buffer, CancellationToken cancellationToken)
    {
        var appended = 0;
        while (!await TryAppendAsync())
        {
            // Another writer was there. With a fresh tail, what it has appended is a redelivery.
        }

        return appended;

        async Task<bool> TryAppendAsync()
        {
            buffer.Clear();
            if (!_isLoaded)
            {
                await LoadAsync(cancellationToken);
            }

            // A run of redeliveries is recognized by its first entry; it ends where the offsets go back, or past its generation.
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
                if (offset < _nextOffset || (i == 0 && _oldestGeneration < _generation))
                {
                    if (!await TryFlushAsync())
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
                        // Another record had this offset, or the log cannot tell which: the topic was created again.
                        _generation++;
                    }
                }

                if (i == 0)
                {
                    _oldestGeneration = stored ?? _generation;
                }

                if (stored is null)
                {
                    if (!buffer.TryAdd(format, entry) && !(await TryFlushAsync() && buffer.TryAdd(format, entry)))
                    {
                        return false;
                    }

                    _nextOffset = offset + 1;
                }
            }

            return await TryFlushAsync();
        }

        async Task<bool> TryFlushAsync()
        {
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

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        (_newest, _generation, _nextOffset) = (await store.FindNewestAsync(log, partition, cancellationToken), 1, 0);
        if (_newest is { Name: var segment })
        {
            var (line, end) = await SegmentSearch.ReadLastLineAsync(store, _newest, cancellationToken);
            _newest = _newest with { Length = end };
            _generation = segment.Generation;
            _nextOffset = end == 0 ? segment.BaseOffset : SegmentSearch.ReadOffset(segment, line.Span) + 1;
        }

        _oldestGeneration ??= _generation;
        _isLoaded = true;
    }

    /// <summary>The generation whose segments hold the entry; null if none does that the batch can be of.</summary>
    private async ValueTask<int?> FindGenerationAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        IReadOnlyList<SegmentState>? segments = null;
        for (var generation = _generation; generation >= _oldestGeneration; generation--)
        {
            var holder = CanHold(_newest)
                ? _newest
                : (segments ??= await store.ListAsync(log, partition, cancellationToken)).LastOrDefault(CanHold);
            if (holder is not null
                && await SegmentSearch.FindLineAsync(store, holder, entry.Record.Offset, cancellationToken) is { } line
                && IsSame(line.Span, entry))
            {
                return generation;
            }

            bool CanHold(SegmentState? state) => state is { Length: > 0, Name: var segment }
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
        var last = segments.Last(segment => segment.Name.Generation == generation && segment.Length > 0);
        var (line, _) = await SegmentSearch.ReadLastLineAsync(store, last, cancellationToken);
        return SegmentSearch.ReadOffset(last.Name, line.Span) + 1;
    }

    private async ValueTask<bool> TryAppendLinesAsync(LineBuffer lines, CancellationToken cancellationToken)
    {
        // Until the store has answered nobody knows what it holds; if it never does, the tail is read again.
        _isLoaded = false;
        var hour = SegmentName.HourOf(clock.GetUtcNow());
        if (_newest is null || MustRoll(_newest, hour, lines))
        {
            // A clock that is behind must not put a newer segment into an older folder.
            hour = hour < _newest?.Name.Hour ? _newest.Name.Hour : hour;
            var next = new SegmentName(log, hour, partition, _generation, lines.BaseOffset);
            _newest = await store.TryCreateAsync(next, _newest, cancellationToken);
        }

        _newest = _newest is null ? null : await store.TryAppendAsync(_newest, lines.Memory, cancellationToken);
        return _isLoaded = _newest is not null;
    }

    private bool MustRoll(SegmentState newest, DateTimeOffset hour, LineBuffer lines) =>
        newest.Name.Generation != _generation
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

        _length = _lines.WrittenCount;
        return true;
    }

    /// <summary>Forgets the lines.</summary>
    public void Clear()
    {
        _lines.ResetWrittenCount();
        _length = 0;
        Count = 0;
    }
}
