using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Outbox;
using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Answers from the log alone: a fold over it that follows its end. Any instance, on any host, gives the same answer, except
/// for what its own recorder knows (<see cref="PipelineHealth.Redelivered"/>, and what was not delivered to it). For concurrent use.
/// </summary>
/// <remarks>
/// The log is read on request, by one reader at a time, and while somebody waits for a change: soon after this host has recorded something, else
/// every <see cref="RefreshInterval"/>. While a long log is read for the first time, answers do not wait
/// for its end: after <see cref="AnswerTimeout"/> they cover what was read so far, and their health says so. When segments
/// were deleted, as a retention policy does, or a clock that was ahead is right again, what has no snapshot is read again; until that is done, answers are those of before.
/// </remarks>
public sealed class AnalyticsService : IDisposable
{
    /// <summary>The longest leaderboard that can be requested.</summary>
    public const int MaxTop = 100;

    /// <summary>How old an answer may be, and the time between two looks at the log.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(500);

    // Each may hold hundreds of texts.
    private const int MaxKnownReports = 32;

    // Between two looks while somebody waits: more where each of many has to be answered.
    private const int MinMillisecondsBetweenChanges = 50;
    private const int WaitersPerMillisecond = 5;

    // What is new since the last answer is usually little, and worth waiting for.
    private static readonly TimeSpan LongTimeout = TimeSpan.FromSeconds(2);

    private readonly ISegmentStore _store;
    private readonly ISnapshotStore? _snapshots;
    private readonly TimeProvider _clock;
    private readonly EventRecorder? _recorder;
    private readonly TickOutbox? _outbox;
    private readonly PipelineMetrics? _metrics;
    private readonly bool _allowGaps;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Dictionary<AnalyticsQuery, (AnalyticsReport Report, long Version, object Pending)> _reports = [];
    private readonly PastHours _past;
    private LogFollower _log;
    private volatile bool _wasRead;
    private Task _refresh = Task.CompletedTask;
    private Task _saving = Task.CompletedTask;
    private DateTimeOffset _refreshed;
    private DateTimeOffset _readUntil;
    private IReadOnlyDictionary<DateTimeOffset, int> _pending = new Dictionary<DateTimeOffset, int>();

    private int _waiters;
    private Task _watch = Task.CompletedTask;
    private TaskCompletionSource _changed = NewSignal();
    private volatile TaskCompletionSource _appended = NewSignal();

    /// <param name="store">Where the log is.</param>
    /// <param name="clock">Decides the current minute.</param>
    /// <param name="recorder">The recorder of this host, if it has one.</param>
    /// <param name="outbox">The outbox beside the log, if it has one.</param>
    /// <param name="options">Whether gaps are normal.</param>
    /// <param name="metrics">Knows which ticks this host has missed.</param>
    /// <param name="snapshots">Where the snapshots of the log are, if they are used.</param>
    public AnalyticsService(
        ISegmentStore store,
        TimeProvider clock,
        EventRecorder? recorder = null,
        TickOutbox? outbox = null,
        IOptions<EventLogOptions>? options = null,
        PipelineMetrics? metrics = null,
        ISnapshotStore? snapshots = null)
    {
        (_store, _clock, _recorder, _outbox, _metrics, _snapshots) = (store, clock, recorder, outbox, metrics, snapshots);
        _allowGaps = options?.Value.AllowGaps ?? false;
        _log = new LogFollower(store, clock, snapshots);
        _past = new PastHours(store, clock, OnChanged);
        _recorder?.Appended += OnAppended;
    }

    /// <summary>How long an answer waits while much is read for the first time. Default 0.1 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <inheritdoc cref="GetAsync(AnalyticsQuery, CancellationToken)"/>
    public Task<AnalyticsReport> GetAsync(AnalyticsWindow window, int top, CancellationToken cancellationToken) =>
        GetAsync(new AnalyticsQuery(window) { Top = top }, cancellationToken);

    /// <summary>The analytics of this moment.</summary>
    /// <param name="query">What to report on.</param>
    /// <param name="cancellationToken">Stops waiting; reading the log continues for others.</param>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public Task<AnalyticsReport> GetAsync(AnalyticsQuery query, CancellationToken cancellationToken) =>
        GetAsync(query, AnswerTimeout, cancellationToken);

    /// <summary>The analytics as soon as they are others than those of a tag.</summary>
    /// <param name="query">What to report on.</param>
    /// <param name="tag">The <see cref="AnalyticsReport.Tag"/> that is known.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async Task<AnalyticsReport> GetNextAsync(AnalyticsQuery query, string tag, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _waiters++;
            if (_watch.IsCompleted)
            {
                _watch = Task.Run(WatchAsync, CancellationToken.None);
            }
        }

        try
        {
            while (true)
            {
                var changed = Volatile.Read(ref _changed).Task;
                var report = await GetAsync(query, LongTimeout, cancellationToken);
                if (report.Tag != tag)
                {
                    return report;
                }

                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            lock (_lock)
            {
                _waiters--;
            }
        }
    }

    /// <summary>Waits until what the answers have read of past hours is written to their snapshots, for a process that ends.</summary>
    public async Task WhenSavedAsync(CancellationToken cancellationToken)
    {
        Task saving;
        lock (_lock)
        {
            saving = _saving;
        }

        await saving.WaitAsync(cancellationToken);
    }

    /// <summary>Asks for something else about the range of a query.</summary>
    /// <param name="query">The range.</param>
    /// <param name="question">What to ask of the state that has the range, of what is known of the log, and of the state of the whole log.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    internal Task<T> AskAsync<T>(
        AnalyticsQuery query, Func<AnalyticsState, LogCoverage, AnalyticsState, T> question, CancellationToken cancellationToken) =>
        AskAsync(query, question, AnswerTimeout, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _recorder?.Appended -= OnAppended;
        _past.Dispose();
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<AnalyticsReport> GetAsync(AnalyticsQuery query, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Top, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Top, MaxTop);
        return await AskAsync(query, (analytics, log, whole) => Report(query, analytics, log, whole), timeout, cancellationToken);
    }

    private async Task<T> AskAsync<T>(
        AnalyticsQuery query,
        Func<AnalyticsState, LogCoverage, AnalyticsState, T> question,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        await WaitAsync(RefreshIfDue(force: false), timeout, cancellationToken);
        var (past, answer) = Ask(analytics => ReadPast(query, analytics) is { } range
            ? (range, default!)
            : ((PastRange?)null, question(analytics, CoverageOf(analytics), analytics)));
        if (past is null)
        {
            return answer;
        }

        await WaitAsync(past.Reading, LongTimeout, cancellationToken);
        return Ask(analytics =>
        {
            lock (past.Lock)
            {
                var log = CoverageOf(analytics);
                return question(
                    past.State,
                    past.Progress is { } progress ? log with { CompleteFrom = DateTimeOffset.MaxValue, Progress = progress } : log,
                    analytics);
            }
        });
    }

    private T Ask<T>(Func<AnalyticsState, T> question)
    {
        lock (_lock)
        {
            return _log.Ask(question);
        }
    }

    /// <summary>
    /// Waits for something to be read, up to <see cref="LongTimeout"/>; while much is read for the first time, for one timeout only.
    /// Reading continues; the answer covers what was read so far.
    /// </summary>
    private async Task WaitAsync(Task reading, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < LongTimeout; waited += timeout)
        {
            try
            {
                await reading.WaitAsync(timeout, _clock, cancellationToken);
                return;
            }
            catch (TimeoutException) when (!_wasRead && _log.IsFarBehind)
            {
                return;
            }
            catch (TimeoutException)
            {
            }
        }
    }

    /// <summary>The range of a query, if it begins before the minutes that are kept; else null.</summary>
    private PastRange? ReadPast(AnalyticsQuery query, AnalyticsState analytics)
    {
        var range = query.RangeAt(analytics.Now, _clock.GetUtcNow());
        if (range.First is not { } first || first > analytics.Now - Minutes.Kept)
        {
            return null;
        }

        var last = range.Last / Minutes.PerHour;
        var hours = Enumerable.Range(0, (int)(last - (range.Previous!.Value.First!.Value / Minutes.PerHour)) + 1);
        return _past.Read(range, hours.Max(hour => analytics.RecordedUntil(last - hour)));
    }

    private void OnAppended() => _appended.TrySetResult();

    private void OnChanged()
    {
        lock (_lock)
        {
            // Not all that changes shows in the version of a state.
            _reports.Clear();
        }

        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    /// <summary>Reads what is new while somebody waits for it.</summary>
    private async Task WatchAsync()
    {
        // Waiting for changes is not a matter of event time: where a test's clock stands still, it goes on.
        object? known = null;
        while (true)
        {
            int pause;
            lock (_lock)
            {
                if (_waiters == 0 || _disposed.IsCancellationRequested)
                {
                    _watch = Task.CompletedTask;
                    return;
                }

                pause = Math.Max(MinMillisecondsBetweenChanges, _waiters / WaitersPerMillisecond);
            }

            var appended = _appended;
            await Task.WhenAny(appended.Task, Task.Delay(RefreshInterval));
            var isForced = appended.Task.IsCompleted;
            if (isForced)
            {
                _appended = NewSignal();
            }

            object? seen;
            try
            {
                // One that has begun may have passed what was appended.
                await Task.WhenAny(_refresh);
                await RefreshIfDue(isForced);
                seen = Ask(analytics => (analytics.Version, _pending, _log.Reading, HealthBuilder.IsSilentAt(analytics, _readUntil)));
            }
            catch (Exception exception) when (exception is EventLogException or OperationCanceledException or ObjectDisposedException)
            {
                seen = null;
            }

            if (seen is null || !seen.Equals(known))
            {
                known = seen;
                OnChanged();
            }

            await Task.Delay(pause);
        }
    }

    private Task RefreshIfDue(bool force)
    {
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            if (_refresh.IsCompleted && (force || now < _refreshed || now - _refreshed >= RefreshInterval || !_refresh.IsCompletedSuccessfully))
            {
                _refreshed = now;
                _refresh = Task.Run(() => RefreshAsync(now, _disposed.Token), _disposed.Token);
            }

            return _refresh;
        }
    }

    private async Task RefreshAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pending = _outbox is null ? _pending : await _outbox.ListAsync(cancellationToken);
        if (_log.IsAheadOf(now) || !await _log.CatchUpAsync(cancellationToken))
        {
            var rest = new LogFollower(_store, _clock, _snapshots);
            await rest.CatchUpAsync(cancellationToken);
            lock (_lock)
            {
                _log = rest;
                _reports.Clear();
            }
        }

        lock (_lock)
        {
            _pending = pending;
            (_readUntil, _wasRead) = (now, true);
            if (_saving.IsCompleted && _log is { HasNews: true } log)
            {
                _saving = Task.Run(() => log.SaveAsync(_disposed.Token), _disposed.Token);
            }
        }
    }

    private LogCoverage CoverageOf(AnalyticsState analytics) => LogCoverage.Of(analytics, _readUntil);

    private AnalyticsReport Report(AnalyticsQuery query, AnalyticsState analytics, LogCoverage log, AnalyticsState whole)
    {
        var now = _clock.GetUtcNow();
        var version = whole.Version + (analytics == whole ? 0 : analytics.Version);
        if (_reports.TryGetValue(query, out var known)
            && known.Version == version
            && known.Pending == _pending
            && (now - known.Report.GeneratedAt).Duration() < RefreshInterval)
        {
            return known.Report;
        }

        if (_reports.Count >= MaxKnownReports)
        {
            _reports.Clear();
        }

        var health = new HealthBuilder(whole, _log.Reading, _readUntil, _recorder, _pending, _allowGaps, now).Build() with
        {
            MissedTicks = _metrics?.MissedTicks,
        };
        if (log.Progress is { } progress)
        {
            health = health with { Reading = health.Reading ?? new LogReading(progress, null).ToWholePercent() };
        }

        var report = ReportBuilder.Build(analytics, log, query, health, now);
        _reports[query] = (report, version, _pending);
        return report;
    }
}
