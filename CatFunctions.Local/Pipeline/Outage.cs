namespace CatFunctions.Local.Pipeline;

/// <summary>
/// Turns the many errors of an outage into two lines: one when it begins, one when it ends. Both begin with the subject:
/// what it is that waits. Safe for concurrent use.
/// </summary>
internal sealed partial class Outage(string subject, TimeProvider clock, ILogger logger)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _since;

    /// <summary>Whether there is an outage.</summary>
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

    /// <summary>It does not work, or still does not. The reason is a sentence.</summary>
    public void Begin(string reason)
    {
        lock (_lock)
        {
            if (_since is null)
            {
                _since = clock.GetUtcNow();
                LogBegin(logger, subject, reason);
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

    [LoggerMessage(LogLevel.Warning, "{Subject} waits: {Reason} Trying again until it works.")]
    private static partial void LogBegin(ILogger logger, string subject, string reason);

    [LoggerMessage(LogLevel.Information, "{Subject} goes on after {Duration}.")]
    private static partial void LogEnd(ILogger logger, string subject, TimeSpan duration);
}
