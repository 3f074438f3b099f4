using CatFunctions.Core.EventLog;

namespace CatFunctions.Local;

/// <summary>What the pipeline has done since this process started. Safe for concurrent use.</summary>
internal sealed class PipelineStatus(TimeProvider clock)
{
    private long _produced;
    private long _undelivered;
    private long _recorded;
    private long _redelivered;
    private long _deadLettered;
    private long _skippedTicks;
    private volatile SeenError? _lastError;

    /// <summary>Events that the broker has confirmed.</summary>
    public long Produced => Interlocked.Read(ref _produced);

    /// <summary>Events that could not be delivered to the broker and are lost.</summary>
    public long Undelivered => Interlocked.Read(ref _undelivered);

    /// <summary>Events appended to the log.</summary>
    public long Recorded => Interlocked.Read(ref _recorded);

    /// <summary>Records that the log already held.</summary>
    public long Redelivered => Interlocked.Read(ref _redelivered);

    /// <summary>Records appended to the dead letters.</summary>
    public long DeadLettered => Interlocked.Read(ref _deadLettered);

    /// <summary>How often the timer had to skip, because a tick took longer than the schedule allows.</summary>
    public long SkippedTicks => Interlocked.Read(ref _skippedTicks);

    /// <summary>The most recent error, if any.</summary>
    public SeenError? LastError => _lastError;

    public void CountProduced() => Interlocked.Increment(ref _produced);

    public void CountUndelivered(long events = 1) => Interlocked.Add(ref _undelivered, events);

    public void CountSkippedTick() => Interlocked.Increment(ref _skippedTicks);

    public void Count(RecordResult result)
    {
        Interlocked.Add(ref _recorded, result.Recorded);
        Interlocked.Add(ref _redelivered, result.Redelivered);
        Interlocked.Add(ref _deadLettered, result.DeadLettered);
    }

    public void SetLastError(string message) => _lastError = new SeenError(clock.GetUtcNow(), message);
}

/// <summary>An error, and when it occurred.</summary>
internal sealed record SeenError(DateTimeOffset Time, string Message);
