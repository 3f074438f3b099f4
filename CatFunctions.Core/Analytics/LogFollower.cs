using System.Collections.Concurrent;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>How far a log was read of which much is unread.</summary>
/// <param name="Progress">How much of it, 0 to 1.</param>
/// <param name="CompleteFrom">All that was recorded in this hour or later was read; null while that is true of no hour.</param>
public sealed record LogReading(double Progress, DateTimeOffset? CompleteFrom)
{
    /// <summary>With the progress rounded down: it is 1 only when all is read.</summary>
    internal LogReading ToWholePercent() => this with { Progress = Math.Floor(Progress * 100) / 100 };
}

/// <summary>
/// Folds the logs and follows their ends: it remembers how far it has read each segment and reads only what is new, the
/// newest hours first. It reads whole lines only, and so never sees a torn line that is cut and written again. It can be
/// queried while it catches up.
/// </summary>
/// <remarks>
/// Between two listings it continues at the end of each partition's newest segment. A listing costs time on files and
/// money on blobs: the newest hours are listed every <see cref="ListInterval"/>, or every <see cref="RareListInterval"/>, all of the log every
/// <see cref="ListAllInterval"/>, and nothing without requests. What has a snapshot is not read.
/// </remarks>
/// <param name="store">Where the log is.</param>
/// <param name="clock">Decides the current minute.</param>
/// <param name="snapshotStore">Where its snapshots are, if they are used.</param>
internal sealed class LogFollower(ISegmentStore store, TimeProvider clock, ISnapshotStore? snapshotStore = null)
{
    /// <summary>More bytes than this are worth several threads, and nobody has to wait for them.</summary>
    public const long ParallelBytes = 8 << 20;

    /// <summary>The longest time until a new segment is noticed where listing costs nothing, or one is expected.</summary>
    public static readonly TimeSpan ListInterval = TimeSpan.FromSeconds(2);

    /// <summary>The longest time until a new segment is noticed otherwise.</summary>
    public static readonly TimeSpan RareListInterval = TimeSpan.FromSeconds(10);

    /// <summary>The longest time until it is noticed that a segment was deleted, or added to an hour that was over.</summary>
    public static readonly TimeSpan ListAllInterval = TimeSpan.FromMinutes(5);

    // What a thread reads until it adds it to the rest, which costs as much as reading some tens of thousands of events: fewer bytes
    // where these hold so many photos or unfinished ticks that they would take much memory.
    private const int PartBytes = 64 << 20;
    private const int MaxPartSize = 40_000;
    private const int BufferSize = 1 << 18;
    private const int TailBufferSize = 1 << 16;

    // Of a millisecond each, after each buffer: so reading goes on however much is asked.
    private const int MaxPauses = 50;

    // Between two looks for what is recorded while the rest is being read.
    private static readonly TimeSpan TailInterval = TimeSpan.FromSeconds(1);

    private static readonly LogKind[] Logs = [LogKind.Events, LogKind.DeadLetters, LogKind.Copies];

    private readonly Lock _lock = new();
    private AnalyticsState _state = new(clock.GetUtcNow()) { ReadFrom = DateTimeOffset.MaxValue };
    private readonly Dictionary<SegmentName, long> _positions = [];
    private readonly Dictionary<(LogKind Log, int Partition), SegmentName> _newest = [];
    private readonly Dictionary<SegmentName, long> _unread = [];
    private readonly List<ReadHour> _finished = [];
    private Snapshots? _snapshots = snapshotStore is null ? null : new Snapshots(snapshotStore, clock);
    private bool _hasLoaded;
    private bool _usesSnapshots;
    private DateTimeOffset _newestHour;
    private long _bytes;
    private DateTimeOffset _listed;
    private DateTimeOffset _listedAll;
    private volatile LogReading? _reading = new(0, null);
    private volatile bool _isFarBehind;
    private int _asking;

    /// <summary>How far the log was read; null when all of it was, but for what is new since.</summary>
    public LogReading? Reading => _reading;

    /// <summary>Whether much is being read, which takes more than a moment.</summary>
    public bool IsFarBehind => _isFarBehind;

    /// <summary>Queries what was read, as of the current minute. Reading a long log pauses meanwhile.</summary>
    public T Ask<T>(Func<AnalyticsState, T> question)
    {
        Interlocked.Increment(ref _asking);
        try
        {
            lock (_lock)
            {
                _state.AdvanceTo(clock.GetUtcNow());
                return question(_state);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
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

    /// <summary>Whether there is something to save.</summary>
    public bool HasNews
    {
        get
        {
            lock (_lock)
            {
                return _finished.Count > 0 || _snapshots?.HasNews == true;
            }
        }
    }

    /// <summary>Writes snapshots of what was read of the hours that are over.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        ReadHour[] finished;
        lock (_lock)
        {
            finished = [.. _finished];
            _finished.Clear();
        }

        if (_snapshots is { } snapshots)
        {
            foreach (var hour in finished)
            {
                await snapshots.KeepAsync(hour, cancellationToken);
            }

            await snapshots.SaveAsync(cancellationToken);
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
        var list = listAll || IsDue(_listed, IsSegmentExpected(now) ? ListInterval : RareListInterval, now);
        var segments = list ? await ListAsync(listAll, cancellationToken) : [];
        if (listAll && _positions.Keys.Except(segments.Select(segment => segment.Name)).Any())
        {
            return false;
        }

        Note(segments);
        if (segments.Any(segment => Unread(segment) < 0))
        {
            return false;
        }

        if (listAll && _snapshots is { } snapshots)
        {
            snapshots.Note(segments);
            if (!_hasLoaded)
            {
                _hasLoaded = true;
                BeginWith(await snapshots.LoadAsync(_state.Now, cancellationToken));
            }
        }

        var unread = segments.Where(segment => segment.Length > _positions[segment.Name]).ToArray();
        if (unread.Sum(Unread) > ParallelBytes)
        {
            await ReadInParallelAsync(unread, cancellationToken);
            unread = [];
        }

        // Dead letters are recorded before the events of their batch, so they are read after them, and none is missing.
        await ReadAsync(
            Queue(unread.Select(segment => segment.Name).Union(_newest.Values).OrderBy(segment => segment.Log)), TailBufferSize, cancellationToken);
        lock (_lock)
        {
            if (_usesSnapshots && _state.DependsOnOrder)
            {
                StartOver();
            }
            else
            {
                (_state.ReadFrom, _reading, _usesSnapshots) = (default, null, false);
                _finished.AddRange(listAll ? _snapshots?.TakeAll(_positions) ?? [] : []);
            }
        }

        if (_reading is not null)
        {
            return await CatchUpAsync(listAll: true, now, cancellationToken);
        }

        // Only now: what was listed and could not be read is listed again.
        (_listed, _listedAll) = (list ? now : _listed, listAll ? now : _listedAll);
        return true;
    }

    /// <summary>
    /// Segments begin with an hour, and when the one before is long; one of very many short appends may end sooner. Where listing
    /// costs nothing, one may always come.
    /// </summary>
    private bool IsSegmentExpected(DateTimeOffset now) => !store.IsListingPaid
        || now.Minute == 0
        || _newest.Count == 0
        || _newest.Values.Any(segment => _positions[segment] >= RollPolicy.Default.MaxBytes / 2);

    private void BeginWith(LoadedSnapshots snapshots)
    {
        lock (_lock)
        {
            snapshots.Sum.ReadFrom = _state.ReadFrom;
            (_state, _usesSnapshots) = (snapshots.Sum, snapshots.Segments.Count > 0);
            foreach (var segment in snapshots.Segments)
            {
                _positions[segment.Name] = segment.Length;
            }
        }
    }

    /// <summary>Reads everything again, as the log orders it: where a limit was reached, the order may show.</summary>
    private void StartOver()
    {
        _state = new AnalyticsState(clock.GetUtcNow()) { ReadFrom = DateTimeOffset.MaxValue };
        (_snapshots, _usesSnapshots, _reading) = (null, false, new LogReading(0, null));
        _positions.Clear();
        _newest.Clear();
        _unread.Clear();
    }

    private async Task<List<SegmentState>> ListAsync(bool all, CancellationToken cancellationToken)
    {
        var segments = new List<SegmentState>();
        foreach (var log in Logs)
        {
            segments.AddRange(all || _newest.Count == 0
                ? await store.ListAsync(log, partition: null, cancellationToken)
                // The clock of another host may still be in the hour before.
                : await store.ListSinceAsync(log, _newest.Values.Max(segment => segment.Hour).AddHours(-1), cancellationToken));
        }

        return segments;
    }

    private void Note(List<SegmentState> segments)
    {
        foreach (var segment in segments)
        {
            _positions.TryAdd(segment.Name, 0);
            var key = (segment.Name.Log, segment.Name.Partition);
            if (!_newest.TryGetValue(key, out var newest) || segment.Name.IsAfter(newest))
            {
                _newest[key] = segment.Name;
            }
        }
    }

    private async Task ReadInParallelAsync(SegmentState[] unread, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _bytes = _positions.Values.Sum() + unread.Sum(Unread);
            _newestHour = _newest.Values.Max(segment => segment.Hour);
            _unread.Clear();
            foreach (var segment in unread)
            {
                _unread[segment.Name] = segment.Length;
            }

            TellHowFar();
        }

        _isFarBehind = true;
        var newestFirst = Queue(unread.Select(segment => segment.Name).OrderByDescending(segment => segment.Hour));

        // Files are read on threads of their own: those of the pool answer.
        var reading = Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () => ReadAsync(newestFirst, BufferSize, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        try
        {
            // What is recorded meanwhile is newer than what is still unread.
            while (await Task.WhenAny(reading, Task.Delay(TailInterval, cancellationToken)) != reading)
            {
                await ReadAsync(NewIn(await ListAsync(all: false, cancellationToken)), TailBufferSize, cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAny(reading);
            _isFarBehind = false;
        }

        await reading;
    }

    /// <summary>What is new of segments that nobody else is reading.</summary>
    private ConcurrentQueue<List<(SegmentName Segment, long Position)>> NewIn(List<SegmentState> segments)
    {
        lock (_lock)
        {
            Note(segments);
            return Queue(segments.Where(segment => !_unread.ContainsKey(segment.Name) && Unread(segment) > 0)
                .Select(segment => segment.Name).OrderBy(segment => segment.Log));
        }
    }

    /// <summary>What threads can read side by side: segments that follow one another and are of one hour, but not too many of them.</summary>
    private ConcurrentQueue<List<(SegmentName Segment, long Position)>> Queue(IEnumerable<SegmentName> segments)
    {
        var batches = new ConcurrentQueue<List<(SegmentName Segment, long Position)>>();
        var maxBytes = Math.Min(PartBytes, _unread.Sum(segment => segment.Value) / (4 * Environment.ProcessorCount));
        var (batch, bytes) = (new List<(SegmentName Segment, long Position)>(), 0L);
        foreach (var segment in segments)
        {
            var length = _unread.GetValueOrDefault(segment);
            if (batch.Count == 0 || batch[0].Segment.Hour != segment.Hour || bytes + length > maxBytes)
            {
                (batch, bytes) = ([], 0);
                batches.Enqueue(batch);
            }

            batch.Add((segment, _positions[segment]));
            bytes += length;
        }

        return batches;
    }

    private async Task ReadAsync(
        ConcurrentQueue<List<(SegmentName Segment, long Position)>> batches, int bufferSize, CancellationToken cancellationToken)
    {
        while (batches.TryDequeue(out var batch))
        {
            var part = new Part(batch[0].Segment.Hour, _state.Now);
            foreach (var (segment, position) in batch)
            {
                using var reader = new SegmentReader(store, segment, position, bufferSize) { IsToEnd = true };
                while (await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
                {
                    part.Add(segment, lines.Span, reader.Position);
                    if (_isFarBehind)
                    {
                        Pause();
                    }

                    if (part.Bytes >= PartBytes || part.State.Size >= MaxPartSize)
                    {
                        await AddAsync(part, cancellationToken);
                        part = new Part(segment.Hour, _state.Now);
                    }
                }

                part.Read.Add(segment);
            }

            await AddAsync(part, cancellationToken);
        }
    }

    /// <summary>Leaves the processor and the state to those who ask: they wait for an answer, but not for all of the log.</summary>
    private void Pause()
    {
        for (var pauses = 0; Volatile.Read(ref _asking) > 0 && pauses < MaxPauses; pauses++)
        {
            Thread.Sleep(1);
        }
    }

    private async ValueTask AddAsync(Part part, CancellationToken cancellationToken)
    {
        var snapshots = _snapshots;
        if (Add(part, snapshots) is { } finished)
        {
            await snapshots!.KeepAsync(finished, cancellationToken);
        }
    }

    /// <returns>Its hour, if that is over and was read to its end.</returns>
    private ReadHour? Add(Part part, Snapshots? snapshots)
    {
        lock (_lock)
        {
            if (part.Bytes > 0)
            {
                _state.Merge(part.State);
                snapshots?.Add(part.Hour, part.State);
                if (_snapshots is not null && _state.Limits.Any())
                {
                    // No start could use them, and they take memory.
                    _snapshots = null;
                    _finished.Clear();
                }
            }

            foreach (var (segment, position) in part.Positions)
            {
                _positions[segment] = position;
            }

            part.Read.ForEach(segment => _unread.Remove(segment));
            TellHowFar();
            return snapshots?.TakeIfRead(part.Hour, _positions);
        }
    }

    private void TellHowFar()
    {
        if (_unread.Count > 0)
        {
            var newest = _unread.Keys.Max(segment => segment.Hour);
            var left = _unread.Sum(segment => Math.Max(0, segment.Value - _positions[segment.Key]));
            _reading = new LogReading(1 - ((double)left / _bytes), newest < _newestHour ? newest.AddHours(1) : null);
            _state.ReadFrom = _reading.CompleteFrom ?? DateTimeOffset.MaxValue;
        }
    }

    private long Unread(SegmentState segment) => segment.Length - _positions[segment.Name];

    private static bool IsDue(DateTimeOffset last, TimeSpan interval, DateTimeOffset now) =>
        now < last || now - last >= interval;

    /// <summary>Lines of an hour that are not yet added to the rest.</summary>
    private sealed class Part(DateTimeOffset hour, long now)
    {
        private AnalyticsState? _state;

        public DateTimeOffset Hour => hour;

        public AnalyticsState State => _state ??= new AnalyticsState(now);

        public int Bytes { get; private set; }

        /// <summary>How far segments were read.</summary>
        public Dictionary<SegmentName, long> Positions { get; } = [];

        /// <summary>The segments that were read to their end.</summary>
        public List<SegmentName> Read { get; } = [];

        public void Add(SegmentName segment, ReadOnlySpan<byte> lines, long position)
        {
            State.Add(segment, lines);
            Positions[segment] = position;
            Bytes += lines.Length;
        }
    }
}
