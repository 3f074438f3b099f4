using System.Collections.Concurrent;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// What the hours of the log that are over add up to, so that a start need not read them again. It comes from the log alone,
/// and is used only where the log still has exactly the segments that it was read from. For concurrent use.
/// </summary>
internal sealed class Snapshots(ISnapshotStore store, TimeProvider clock)
{
    /// <summary>How long after its end an hour may still be written to: so long may clocks differ, and an append take.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    // More than this is not kept in memory until the end of a long reading.
    private const int MaxWaitingBytes = 48 << 20;

    // From then on the minutes of a date are not kept any more.
    private const int DaysUntilPruned = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<DateTimeOffset, AnalyticsState> _hours = [];
    private readonly HashSet<DateTimeOffset> _done = [];
    private readonly List<LogSnapshot> _waiting = [];
    private readonly HashSet<DateOnly> _stale = [];
    private readonly HashSet<DateOnly> _pruned = [];
    private Task _saving = Task.CompletedTask;
    private ILookup<DateTimeOffset, SegmentState> _listed = Array.Empty<SegmentState>().ToLookup(segment => segment.Name.Hour);

    /// <summary>Whether there is something to save.</summary>
    public bool HasNews
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count + _stale.Count > 0;
            }
        }
    }

    /// <summary>Takes note of all segments of the log.</summary>
    public void Note(IEnumerable<SegmentState> segments)
    {
        lock (_lock)
        {
            _listed = segments.ToLookup(segment => segment.Name.Hour);
        }
    }

    /// <summary>Reads the snapshots that fit the log. What is wrong with any of them is no matter: then the log is read instead.</summary>
    /// <param name="minute">The current minute.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<LoadedSnapshots> LoadAsync(long minute, CancellationToken cancellationToken)
    {
        var loaded = new LoadedSnapshots(minute);
        try
        {
            var dates = (await store.ListAsync(cancellationToken)).Reverse().ToArray();
            loaded = await LoadAsync(dates, minute, isCautious: false, cancellationToken);
            if (!loaded.Sum.Users.IsCertain)
            {
                loaded = await LoadAsync(dates, minute, isCautious: true, cancellationToken);
            }
        }
        catch (EventLogException)
        {
        }

        lock (_lock)
        {
            _done.UnionWith(loaded.Hours);
        }

        return loaded;
    }

    /// <summary>Takes in lines of an hour that was not loaded: all lines of such an hour, each once. Their state must not be used any more.</summary>
    public void Add(DateTimeOffset hour, AnalyticsState lines)
    {
        lock (_lock)
        {
            if (!_done.Contains(hour) && !_hours.TryAdd(hour, lines))
            {
                _hours[hour].AdvanceTo(lines.Now);
                _hours[hour].Merge(lines);
            }
        }
    }

    /// <summary>Gives an hour that is over and was read to its end; null if it is not.</summary>
    /// <param name="hour">The hour.</param>
    /// <param name="positions">How far each segment was read.</param>
    public ReadHour? TakeIfRead(DateTimeOffset hour, IReadOnlyDictionary<SegmentName, long> positions)
    {
        lock (_lock)
        {
            if (!_hours.TryGetValue(hour, out var state) || !IsOver(hour))
            {
                return null;
            }

            var segments = _listed[hour].ToArray();
            if (!Array.TrueForAll(segments, segment => positions.GetValueOrDefault(segment.Name) == segment.Length)
                || positions.Keys.Count(segment => segment.Hour == hour) != segments.Length)
            {
                return null;
            }

            _hours.Remove(hour);
            _done.Add(hour);
            return new ReadHour(hour, segments, state);
        }
    }

    /// <summary>Gives all hours that are over, after all of the log was listed and read. Those with a torn end get no snapshot.</summary>
    public IReadOnlyList<ReadHour> TakeAll(IReadOnlyDictionary<SegmentName, long> positions)
    {
        lock (_lock)
        {
            var taken = new List<ReadHour>();
            foreach (var hour in _hours.Keys.Where(IsOver).ToArray())
            {
                if (TakeIfRead(hour, positions) is { } read)
                {
                    taken.Add(read);
                }
                else
                {
                    _hours.Remove(hour);
                    _done.Add(hour);
                }
            }

            return taken;
        }
    }

    /// <summary>Makes the snapshot of an hour, unless a limit was reached in it. It is written soon.</summary>
    public async Task KeepAsync(ReadHour hour, CancellationToken cancellationToken)
    {
        if (hour.State.DependsOnOrder)
        {
            return;
        }

        var snapshot = SnapshotOf(hour.Segments, hour.State);
        bool isMuch;
        lock (_lock)
        {
            _waiting.Add(snapshot);
            isMuch = _waiting.Sum(waiting => (long)waiting.Content.Length) > MaxWaitingBytes;
        }

        if (isMuch)
        {
            await SaveAsync(cancellationToken);
        }
    }

    /// <summary>Writes the snapshots, if this process may.</summary>
    public Task SaveAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _saving = SaveAfterAsync(_saving, cancellationToken);
        }
    }

    /// <summary>One writes at a time, as each replaces what the one before has written.</summary>
    private async Task SaveAfterAsync(Task before, CancellationToken cancellationToken)
    {
        await Task.WhenAny(before).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            ILookup<DateOnly, LogSnapshot> waiting;
            DateOnly[] dates;
            lock (_lock)
            {
                waiting = _waiting.ToLookup(snapshot => snapshot.Date);
                _stale.UnionWith(waiting.Select(date => date.Key.AddDays(-DaysUntilPruned)).Where(_pruned.Add));
                dates = [.. waiting.Select(date => date.Key).Union(_stale)];
                _waiting.Clear();
                _stale.Clear();
            }

            foreach (var date in dates)
            {
                await SnapshotFile.RewriteAsync(store, date, waiting[date], Revise, AddUp, cancellationToken);

                // The large buffers of each date are garbage now, and nothing else of a long reading would have it collected.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // This process may only read, perhaps. The next start reads the hours again.
        }
    }

    private async Task<LoadedSnapshots> LoadAsync(DateOnly[] dates, long minute, bool isCautious, CancellationToken cancellationToken)
    {
        var queue = new ConcurrentQueue<DateOnly>(dates);
        var parts = await Task.WhenAll(Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ => Task.Run(() => LoadAsync(queue, minute, isCautious, cancellationToken), cancellationToken)));
        var loaded = parts[0];
        foreach (var part in parts[1..])
        {
            loaded.Sum.Merge(part.Sum);
            loaded.Segments.AddRange(part.Segments);
            loaded.Hours.UnionWith(part.Hours);
        }

        return loaded;
    }

    private async Task<LoadedSnapshots> LoadAsync(ConcurrentQueue<DateOnly> dates, long minute, bool isCautious, CancellationToken cancellationToken)
    {
        var loaded = new LoadedSnapshots(minute);
        try
        {
            while (dates.TryDequeue(out var date))
            {
                await LoadAsync(date);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new LoadedSnapshots(minute);
        }

        return loaded;

        async Task LoadAsync(DateOnly date)
        {
            await using var file = await store.OpenAsync(date, cancellationToken);
            var isStale = true;
            await foreach (var snapshot in SnapshotFile.ReadAsync(file ?? Stream.Null, cancellationToken))
            {
                isStale = (isStale && !snapshot.IsSum) || IsStale(snapshot, minute);
                if (snapshot.Date == date && Fits(snapshot, minute, isCautious) && !snapshot.Hours.Overlaps(loaded.Hours))
                {
                    loaded.Sum.Read(snapshot.State);
                    loaded.Segments.AddRange(snapshot.Segments);
                    loaded.Hours.UnionWith(snapshot.Hours);
                    if (snapshot.IsSum)
                    {
                        break;
                    }
                }
            }

            if (isStale)
            {
                lock (_lock)
                {
                    _stale.Add(date);
                }
            }
        }
    }

    /// <summary>Whether it can be used.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="minute">The current minute.</param>
    /// <param name="isCautious">
    /// Whether a sum may not hold a sample of users in minutes of which some are not kept any more: without these it could have been a
    /// larger one. As a rule the other dates make the sample of all smaller yet, so that this makes no difference.
    /// </param>
    private bool Fits(LogSnapshot snapshot, long minute, bool isCautious)
    {
        // One of a clock that was ahead has left out what is now.
        return snapshot.Span.Now <= minute
            && snapshot.IsOf(snapshot.Hours.SelectMany(hour => _listed[hour]))
            && !(isCautious && snapshot.IsSum && snapshot.Span.IsSampled && !IsKept(snapshot.Span.Oldest, minute) && IsKept(snapshot.Span.Newest, minute));
    }

    /// <summary>What is left of a snapshot: without the minutes that are not kept any more; null if its hour was deleted.</summary>
    private LogSnapshot? Revise(LogSnapshot snapshot)
    {
        var minute = Minutes.Of(clock.GetUtcNow());
        if (!IsStale(snapshot, minute))
        {
            return snapshot;
        }

        if (IsDeleted(snapshot.Hour))
        {
            return null;
        }

        try
        {
            var state = new AnalyticsState(minute);
            state.Read(snapshot.State);
            return SnapshotOf(snapshot.Segments, state);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }

    private LogSnapshot? AddUp(IReadOnlyList<LogSnapshot> snapshots)
    {
        var sum = new AnalyticsState(Minutes.Of(clock.GetUtcNow()));
        foreach (var snapshot in snapshots)
        {
            if (snapshot.Span.Now > sum.Now)
            {
                return null;
            }

            sum.Read(snapshot.State);
        }

        return sum.DependsOnOrder ? null : SnapshotOf([.. snapshots.SelectMany(snapshot => snapshot.Segments)], sum, isSum: true);
    }

    private bool IsStale(LogSnapshot snapshot, long minute) => IsDeleted(snapshot.Hour)
        || (snapshot.Span.Newest > 0 && !IsKept(snapshot.Span.Newest, minute) && snapshot.Span.Now <= minute);

    private static bool IsKept(long minute, long now) => minute > now - Minutes.Kept;

    private bool IsDeleted(DateTimeOffset hour) => !_listed.Contains(hour) && IsOver(hour);

    private bool IsOver(DateTimeOffset hour) => clock.GetUtcNow() - hour >= TimeSpan.FromHours(1) + Grace;

    private static LogSnapshot SnapshotOf(IReadOnlyList<SegmentState> segments, AnalyticsState state, bool isSum = false) =>
        LogSnapshot.Of(segments, isSum, state.Span, state.Write);
}

/// <summary>What some snapshots add up to, and their segments.</summary>
internal sealed class LoadedSnapshots(long minute)
{
    public AnalyticsState Sum { get; } = new(minute);

    public List<SegmentState> Segments { get; } = [];

    public HashSet<DateTimeOffset> Hours { get; } = [];
}

/// <summary>An hour that was read to its end.</summary>
internal sealed record ReadHour(DateTimeOffset Hour, IReadOnlyList<SegmentState> Segments, AnalyticsState State);
