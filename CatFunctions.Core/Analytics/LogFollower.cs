using System.Collections.Concurrent;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>How far a log was read of which much is unread.</summary>
/// <param name="Progress">How much of it, 0 to 1.</param>
/// <param name="CompleteFrom">All that was recorded in this hour or later was read; null while that is true of no hour.</param>
public sealed record LogReading(double Progress, DateTimeOffset? CompleteFrom);

/// <summary>
/// Folds the logs and follows their ends: it remembers how far it has read each segment and reads only what is new. It
/// reads whole lines only, and so never sees a torn line that is cut and written again. It can be queried while it catches
/// up.
/// </summary>
/// <remarks>
/// Between two listings it continues at the end of each partition's newest segment. A listing costs time on files and
/// money on blobs: the newest hours are listed every <see cref="ListInterval"/>, all of the log every
/// <see cref="ListAllInterval"/>, and neither without requests.
/// </remarks>
internal sealed class LogFollower(ISegmentStore store, TimeProvider clock)
{
    /// <summary>The longest time until a new segment is noticed.</summary>
    public static readonly TimeSpan ListInterval = TimeSpan.FromSeconds(2);

    /// <summary>The longest time until it is noticed that a segment was deleted, or added to an hour that was over.</summary>
    public static readonly TimeSpan ListAllInterval = TimeSpan.FromMinutes(5);

    // More than this is worth several threads; a batch bounds what they hold of unfinished ticks and the like.
    private const long ParallelBytes = 8 << 20;
    private const long BatchBytes = 1 << 30;
    private const int BufferSize = 1 << 18;
    private const int TailBufferSize = 1 << 16;

    private static readonly LogKind[] Logs = [LogKind.Events, LogKind.DeadLetters, LogKind.Copies];

    private readonly Lock _lock = new();
    private readonly AnalyticsState _state = new(clock.GetUtcNow()) { ReadFrom = DateTimeOffset.MaxValue };
    private readonly Dictionary<SegmentName, long> _positions = [];
    private readonly Dictionary<(LogKind Log, int Partition), SegmentName> _newest = [];
    private DateTimeOffset _listed;
    private DateTimeOffset _listedAll;
    private long _bytesFound;
    private long _bytesRead;
    private volatile bool _hasCaughtUp;

    /// <summary>How much of the log was read, 0 to 1, while it is read for the first time; else null.</summary>
    public double? Progress => _hasCaughtUp ? null
        : (double)Interlocked.Read(ref _bytesRead) / Math.Max(1, Interlocked.Read(ref _bytesFound));

    /// <summary>How far the log was read; null when all of it was, but for what is new since.</summary>
    public LogReading? Reading => Progress is { } progress ? new(progress, null) : null;

    /// <summary>Queries what was read, as of the current minute.</summary>
    public T Ask<T>(Func<AnalyticsState, T> question)
    {
        lock (_lock)
        {
            _state.AdvanceTo(clock.GetUtcNow());
            return question(_state);
        }
    }

    /// <summary>Whether the clock was set back, so that minutes it has already left are to come.</summary>
    public bool IsAheadOf(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _state.Now > Minutes.Of(now) + 1;
        }
    }

    /// <summary>Reads what is new. Not for concurrent use.</summary>
    /// <returns>False if something that was read is no longer in the log: only a new follower can read what is left.</returns>
    /// <exception cref="EventLogException">The log cannot be read; the next call continues where this one stopped.</exception>
    public async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var listAll = IsDue(_listedAll, ListAllInterval, now);
        try
        {
            return await CatchUpAsync(listAll, now, cancellationToken);
        }
        catch (EventLogException) when (!listAll)
        {
            // Perhaps the segment was deleted.
            return await CatchUpAsync(listAll: true, now, cancellationToken);
        }
    }

    private async Task<bool> CatchUpAsync(bool listAll, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var segments = await ListAsync(listAll, now, cancellationToken);
        if (listAll && _positions.Keys.Except(segments.Select(segment => segment.Name)).Any())
        {
            return false;
        }

        foreach (var segment in segments)
        {
            _positions.TryAdd(segment.Name, 0);
            if (segment.Length < _positions[segment.Name])
            {
                return false;
            }

            var key = (segment.Name.Log, segment.Name.Partition);
            if (!_newest.TryGetValue(key, out var newest) || segment.Name.IsAfter(newest))
            {
                _newest[key] = segment.Name;
            }
        }

        var unread = segments.Where(segment => segment.Length > _positions[segment.Name]).OrderBy(segment => segment.Name.Hour).ToArray();
        var bytes = unread.Sum(Unread);
        Interlocked.Add(ref _bytesFound, bytes);
        if (bytes > ParallelBytes)
        {
            await ReadInParallelAsync(unread, cancellationToken);
        }
        else
        {
            // Dead letters are recorded before the events of their batch, so they are read after them, and none is missing.
            foreach (var segment in unread.Select(segment => segment.Name).Union(_newest.Values).OrderBy(segment => segment.Log))
            {
                await ReadAsync(segment, cancellationToken);
            }
        }

        lock (_lock)
        {
            _state.ReadFrom = default;
        }

        _hasCaughtUp = true;
        return true;
    }

    private async Task<IReadOnlyList<SegmentState>> ListAsync(bool all, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!all && !IsDue(_listed, ListInterval, now))
        {
            return [];
        }

        // The clock of another host may still be in the hour before.
        var since = all || _newest.Count == 0
            ? DateTimeOffset.MinValue
            : _newest.Values.Max(segment => segment.Hour).AddHours(-1);
        var segments = new List<SegmentState>();
        foreach (var log in Logs)
        {
            segments.AddRange(await store.ListSinceAsync(log, since, cancellationToken));
        }

        (_listed, _listedAll) = (now, all ? now : _listedAll);
        return segments;
    }

    private async Task ReadAsync(SegmentName segment, CancellationToken cancellationToken)
    {
        var reader = new SegmentReader(store, segment, _positions[segment], TailBufferSize);
        while (await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
        {
            lock (_lock)
            {
                Fold(_state, segment, lines.Span);
            }

            _positions[segment] = reader.Position;
        }
    }

    private async Task ReadInParallelAsync(SegmentState[] unread, CancellationToken cancellationToken)
    {
        for (var rest = unread.AsMemory(); !rest.IsEmpty;)
        {
            var batch = rest[..BatchLength(rest.Span)];
            rest = rest[batch.Length..];

            var queue = new ConcurrentQueue<SegmentName>(batch.ToArray().Select(segment => segment.Name));
            var parts = await Task.WhenAll(Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ => Task.Run(() => FoldAsync(queue, cancellationToken), cancellationToken)));
            foreach (var (state, positions) in parts)
            {
                lock (_lock)
                {
                    _state.Merge(state);
                }

                foreach (var (segment, position) in positions)
                {
                    _positions[segment] = position;
                }
            }
        }
    }

    private int BatchLength(ReadOnlySpan<SegmentState> segments)
    {
        var (length, bytes) = (0, 0L);
        while (length < segments.Length && bytes < BatchBytes)
        {
            bytes += Unread(segments[length++]);
        }

        return length;
    }

    private async Task<(AnalyticsState Fold, List<(SegmentName, long)> Positions)> FoldAsync(
        ConcurrentQueue<SegmentName> segments, CancellationToken cancellationToken)
    {
        var state = new AnalyticsState(clock.GetUtcNow());
        var positions = new List<(SegmentName, long)>();
        while (segments.TryDequeue(out var segment))
        {
            var reader = new SegmentReader(store, segment, _positions[segment], BufferSize);
            while (await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
            {
                Fold(state, segment, lines.Span);
                Interlocked.Add(ref _bytesRead, lines.Length);
            }

            positions.Add((segment, reader.Position));
        }

        return (state, positions);
    }

    private static void Fold(AnalyticsState state, SegmentName segment, ReadOnlySpan<byte> lines)
    {
        switch (segment.Log)
        {
            case LogKind.Events:
                state.AddEvents(segment, lines);
                break;
            case LogKind.DeadLetters:
                state.AddDeadLetters(segment, lines);
                break;
            default:
                state.AddCopies(segment, lines);
                break;
        }
    }

    private long Unread(SegmentState segment) => segment.Length - _positions[segment.Name];

    private static bool IsDue(DateTimeOffset last, TimeSpan interval, DateTimeOffset now) =>
        now < last || now - last >= interval;
}
