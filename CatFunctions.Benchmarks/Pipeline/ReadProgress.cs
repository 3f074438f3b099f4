using System.Diagnostics;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>How far a reader of the topic is, and how fast it was. One thread reports.</summary>
/// <param name="total">How many events there are to read.</param>
/// <param name="isFollowed">Whether a producer waits for the reader.</param>
internal sealed class ReadProgress(long total, bool isFollowed)
{
    private long _events;
    private long _firstEvents;
    private long _firstTime;
    private long _lastTime;

    /// <summary>How many events there are to read.</summary>
    public long Total { get; } = total;

    /// <summary>Whether a producer waits for the reader: then many reports are needed, else only the first and the last.</summary>
    public bool IsFollowed { get; } = isFollowed;

    /// <summary>How many were read, as far as reported.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>
    /// Between the first report and the last event: how long a reader took to start, or to join its group, is left out.
    /// </summary>
    public double EventsPerSecond => (Total - _firstEvents) / Stopwatch.GetElapsedTime(_firstTime, _lastTime).TotalSeconds;

    /// <summary>Tells how many events were read so far. The first that are above 0 start the clock.</summary>
    public void Report(long events)
    {
        if (_firstTime == 0 && events > 0)
        {
            (_firstTime, _firstEvents) = (Stopwatch.GetTimestamp(), events);
        }

        if (events >= Total)
        {
            _lastTime = Stopwatch.GetTimestamp();
        }

        Volatile.Write(ref _events, events);
    }
}
