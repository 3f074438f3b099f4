using Microsoft.Extensions.Logging;

namespace CatFunctions.Core.Telemetry;

/// <summary>
/// Turns the many errors of an outage into two lines in the log: one when it begins and one when it ends. Safe for
/// concurrent use.
/// </summary>
/// <param name="subject">What fails, as the beginning of a sentence: "Recording".</param>
public sealed partial class Outage(string subject, TimeProvider clock, ILogger logger)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _since;

    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _since is not null;
            }
        }
    }

    /// <summary>It fails, or still fails.</summary>
    /// <param name="reason">Why: whole sentences.</param>
    /// <param name="unexpected">The exception, if it may be a defect, for its stack trace.</param>
    public void Begin(string reason, Exception? unexpected = null)
    {
        lock (_lock)
        {
            if (_since is null)
            {
                _since = clock.GetUtcNow();
                LogBegin(logger, unexpected, subject, reason);
            }
        }
    }

    /// <summary>It works, or still works.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_since is { } since)
            {
                _since = null;
                LogEnd(logger, subject, TimeSpan.FromSeconds((long)(clock.GetUtcNow() - since).TotalSeconds));
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Subject} is failing: {Reason} Trying again until it works.")]
    private static partial void LogBegin(ILogger logger, Exception? exception, string subject, string reason);

    [LoggerMessage(LogLevel.Information, "{Subject} works again after {Duration}.")]
    private static partial void LogEnd(ILogger logger, string subject, TimeSpan duration);
}
