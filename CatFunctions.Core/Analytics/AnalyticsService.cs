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
/// The log is read on request, by one reader at a time. While a long log is read for the first time, answers do not wait
/// for its end: after <see cref="AnswerTimeout"/> they cover what was read so far, and their health says so. When segments
/// were deleted, as a retention policy does, or a clock that was ahead is right again, the log is read again; until that is done, answers are those of before.
/// </remarks>
/// <param name="store">Where the log is.</param>
/// <param name="clock">Decides the current minute.</param>
/// <param name="recorder">The recorder of this host, if it has one.</param>
/// <param name="outbox">The outbox beside the log, if it has one.</param>
/// <param name="options">Whether gaps are normal.</param>
/// <param name="metrics">Knows which ticks this host has missed.</param>
public sealed class AnalyticsService(
    ISegmentStore store,
    TimeProvider clock,
    EventRecorder? recorder = null,
    TickOutbox? outbox = null,
    IOptions<EventLogOptions>? options = null,
    PipelineMetrics? metrics = null) : IDisposable
{
    /// <summary>The longest leaderboard that can be requested.</summary>
    public const int MaxTop = 100;

    /// <summary>How old an answer may be, and the shortest time between two looks at the log.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(500);

    // Each may hold hundreds of texts.
    private const int MaxKnownReports = 32;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Dictionary<(AnalyticsWindow Window, int Top), (AnalyticsReport Report, long Version, object Pending)> _reports = [];
    private LogFollower _log = new(store, clock);
    private Task _refresh = Task.CompletedTask;
    private DateTimeOffset _refreshed;
    private IReadOnlyDictionary<DateTimeOffset, int> _pending = new Dictionary<DateTimeOffset, int>();

    /// <summary>How long an answer waits for the log to be read. Default 2 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The analytics of this moment.</summary>
    /// <param name="window">The window.</param>
    /// <param name="top">The length of the leaderboards: 1 to <see cref="MaxTop"/>.</param>
    /// <param name="cancellationToken">Stops waiting; reading the log continues for others.</param>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async Task<AnalyticsReport> GetAsync(AnalyticsWindow window, int top, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(top, MaxTop);

        try
        {
            await RefreshIfDue().WaitAsync(AnswerTimeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Reading continues; this answer covers what was read so far.
        }

        lock (_lock)
        {
            return _log.Ask(analytics => Report(analytics, window, top));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private Task RefreshIfDue()
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_refresh.IsCompleted && (now < _refreshed || now - _refreshed >= RefreshInterval || !_refresh.IsCompletedSuccessfully))
            {
                _refreshed = now;
                _refresh = Task.Run(() => RefreshAsync(_disposed.Token), _disposed.Token);
            }

            return _refresh;
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var pending = outbox is null ? _pending : await outbox.ListAsync(cancellationToken);
        if (_log.IsAheadOf(clock.GetUtcNow()) || !await _log.CatchUpAsync(cancellationToken))
        {
            var rest = new LogFollower(store, clock);
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
        }
    }

    private AnalyticsReport Report(AnalyticsState analytics, AnalyticsWindow window, int top)
    {
        var now = clock.GetUtcNow();
        if (_reports.TryGetValue((window, top), out var known)
            && known.Version == analytics.Version
            && known.Pending == _pending
            && (now - known.Report.GeneratedAt).Duration() < RefreshInterval)
        {
            return known.Report;
        }

        if (_reports.Count >= MaxKnownReports)
        {
            _reports.Clear();
        }

        var health = HealthBuilder.Build(analytics, _log.Reading?.Progress, recorder, _pending, options?.Value.AllowGaps ?? false, now) with
        {
            MissedTicks = metrics?.MissedTicks,
        };
        var report = ReportBuilder.Build(analytics, window, top, health, now);
        _reports[(window, top)] = (report, analytics.Version, _pending);
        return report;
    }
}
