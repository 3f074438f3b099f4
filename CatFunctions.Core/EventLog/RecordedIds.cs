using System.Buffers;
using System.Text;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// Tells whether the events of a partition are in its log already, at other offsets: an event that is sent again may have
/// arrived the first time. Not for concurrent use.
/// </summary>
/// <remarks>
/// A producer sends ticks and indices in ascending order, and Kafka keeps the order within a partition. So an event whose id
/// is above all others of its partition is new, and only one that is not has to be looked up: in the ordinary flow, backlogs
/// included, none. A look-up reads the hours of the log from the event's tick on, a day back at most, and keeps what it has
/// read, so the cost is bounded whatever ids come in.
/// </remarks>
internal sealed class RecordedIds(ISegmentStore store, int partition, TimeProvider clock)
{
    // The highest id is searched for in so many bytes before the end of the log. Unless the last event is too young to have
    // been sent again, in many more: all of the former may be behind it, and were sent again.
    private const long TailBytes = 1 << 20;
    private const long LongTailBytes = 64 << 20;

    // No more is read for look-ups, or kept: 1 GiB of lines, and 64 MiB of bits.
    private const long MaxBytesRead = 1L << 30;
    private const int MaxPages = 1 << 19;

    private static readonly TimeSpan LookBack = TimeSpan.FromDays(1);
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(10);

    private EventId _highest;
    private SegmentState? _loaded;
    private Dictionary<DateTimeOffset, IndexSet>? _ticks;
    private DateTimeOffset _readFrom;
    private long _bytesRead;
    private int _pages;
    private long _lastUse;

    /// <summary>Forgets what it has read, and learns up to which event the log goes now.</summary>
    /// <param name="newest">The newest segment; null if there is none.</param>
    /// <param name="lastLine">Its last line; empty if it has none.</param>
    public async ValueTask LoadAsync(SegmentState? newest, ReadOnlyMemory<byte> lastLine, CancellationToken cancellationToken)
    {
        _ticks = null;
        if (newest is null)
        {
            return;
        }

        if (newest.Name == _loaded?.Name && newest.Length >= _loaded.Length)
        {
            await ReadAsync(newest, _loaded.Length, cancellationToken);
        }
        else
        {
            var isYoung = EventLine.TryRead(lastLine.Span, out _, out var last) && clock.GetUtcNow() - last.Id.Tick <= TickAudit.Grace;
            await ReadTailAsync(newest, isYoung ? TailBytes : LongTailBytes, cancellationToken);
        }

        _loaded = newest;
    }

    /// <summary>Whether the event may be in the log.</summary>
    public bool MayHold(in EventId id) => id.Tick != default && !IsAboveHighest(id);

    /// <summary>Whether a look-up of the event has to read the log first, which has to be up to date then.</summary>
    public bool MustRead(in EventId id) => _ticks is null || FirstHourOf(id) < _readFrom;

    /// <summary>Reads the part of the log that may hold the event.</summary>
    /// <param name="newest">Where the log ends, as far as its writer knows: what others have appended since is not a copy.</param>
    public async ValueTask ReadAsync(EventId id, SegmentState newest, CancellationToken cancellationToken)
    {
        var from = FirstHourOf(id);
        _lastUse = clock.GetTimestamp();
        if (_ticks is null)
        {
            (_ticks, _readFrom, _bytesRead, _pages) = ([], DateTimeOffset.MaxValue, 0, 0);
        }

        var segments = await store.ListSinceAsync(LogKind.Events, from, cancellationToken);
        foreach (var segment in segments
            .Select(segment => segment.Name == newest.Name ? newest : segment)
            .Where(segment => segment.Name.Partition == partition && segment.Name.Hour < _readFrom && !segment.Name.IsAfter(newest.Name))
            .OrderByDescending(segment => segment.Name.Hour))
        {
            if (_bytesRead < MaxBytesRead && _pages < MaxPages)
            {
                _bytesRead += segment.Length;
                await ReadAsync(segment, position: 0, cancellationToken);
            }
        }

        _readFrom = from;
    }

    /// <summary>Whether the event is in the log, as far as it was read.</summary>
    public bool Holds(in EventId id)
    {
        _lastUse = clock.GetTimestamp();
        return _ticks!.TryGetValue(id.Tick, out var indices) && indices.Contains(id.Index);
    }

    /// <summary>The event is appended.</summary>
    public void Add(in EventId id)
    {
        if (IsAboveHighest(id))
        {
            _highest = id;
        }

        if (_ticks is null || id.Tick == default)
        {
            return;
        }

        if (!_ticks.TryGetValue(id.Tick, out var indices))
        {
            if (clock.GetElapsedTime(_lastUse) > KeepFor)
            {
                _ticks = null;
                return;
            }

            _ticks[id.Tick] = indices = new IndexSet(int.MaxValue);
        }

        if (_pages >= MaxPages)
        {
            return;
        }

        var words = indices.PageOf(id.Index / IndexSet.PageLength, out var isNew);
        _pages += isNew ? 1 : 0;
        IndexSet.Mark(words, id.Index);
    }

    private async ValueTask ReadTailAsync(SegmentState newest, long bytes, CancellationToken cancellationToken)
    {
        var older = newest.Length < bytes / 2
            ? await store.ListSinceAsync(newest.Name.Log, newest.Name.Hour.AddHours(-1), cancellationToken)
            : [];
        foreach (var segment in older.Where(segment => segment.Name.Partition == partition && newest.Name.IsAfter(segment.Name))
            .OrderByDescending(segment => (segment.Name.Hour, segment.Name.Generation, segment.Name.BaseOffset))
            .Prepend(newest)
            .TakeWhile(_ => bytes > 0))
        {
            await ReadAsync(segment, Math.Max(0, segment.Length - bytes), cancellationToken);
            bytes -= segment.Length;
        }
    }

    private async ValueTask ReadAsync(SegmentState segment, long position, CancellationToken cancellationToken)
    {
        var reader = new SegmentReader(store, segment.Name, position) { EndsIfDeleted = true };
        while (position < segment.Length && await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
        {
            Add(lines.Span[..(int)Math.Min(lines.Length, segment.Length - position)]);
            position = reader.Position;
        }
    }

    private void Add(ReadOnlySpan<byte> lines)
    {
        foreach (var line in new LogLines(lines))
        {
            if (EventLine.TryRead(line, out _, out var catEvent))
            {
                Add(catEvent.Id);
            }
        }
    }

    private bool IsAboveHighest(in EventId id) =>
        id.Tick > _highest.Tick || (id.Tick == _highest.Tick && id.Index > _highest.Index);

    // The clock of the recorder may be behind that of the producer.
    private DateTimeOffset FirstHourOf(in EventId id)
    {
        var now = clock.GetUtcNow();
        var first = id.Tick < now ? id.Tick : now;
        return SegmentName.HourOf(first < now - LookBack ? now - LookBack : first.AddHours(-1));
    }
}

/// <summary>A record whose event is in the log already: its offset and the event's id, so that no offset is without a line.</summary>
internal sealed class CopyLine : ILineFormat
{
    public void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        var line = output.GetSpan(LogLine.MaxPositionLength + 64);
        var length = LogLine.WritePosition(line, entry.Record);
        length += Encoding.UTF8.GetBytes($"\"id\":\"{entry.Id}\"}}\n", line[length..]);
        output.Advance(length);
    }

    public bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry) =>
        LogLine.TryReadPosition(storedLine, out _, out _, out var length)
        && storedLine[length..].SequenceEqual(Encoding.UTF8.GetBytes($"\"id\":\"{entry.Id}\"}}"));
}
