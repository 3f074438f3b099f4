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
    private long _missedTicks;
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

    /// <summary>Ticks without events: nothing could be produced for them, or an earlier one took longer than the schedule allows.</summary>
    public long MissedTicks => Interlocked.Read(ref _missedTicks);

    /// <summary>The most recent error, if any.</summary>
    public SeenError? LastError => _lastError;

    public void CountProduced(long events) => Interlocked.Add(ref _produced, events);

    public void CountUndelivered(long events = 1) => Interlocked.Add(ref _undelivered, events);

    public void CountMissedTicks(long ticks) => Interlocked.Add(ref _missedTicks, ticks);

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
