using CatFunctions.Core.EventLog;

namespace CatFunctions.Core.Analytics;

/// <summary>Answers from the log alone: a fold over it that follows its end. For concurrent use.</summary>
public sealed class AnalyticsService(ISegmentStore store, TimeProvider clock, EventRecorder? recorder = null)
{
    /// <summary>The longest leaderboard that can be asked for.</summary>
    public const int MaxTop = 100;

    /// <summary>The analytics of this moment, at most a second behind the log.</summary>
    /// <param name="window">The window.</param>
    /// <param name="top">The length of the leaderboards: 1 to <see cref="MaxTop"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the log is read on for others.</param>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public Task<AnalyticsReport> GetAsync(AnalyticsWindow window, int top, CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{store} {clock} {recorder} {window} {top} {cancellationToken}");
}
