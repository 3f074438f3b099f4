using System.Diagnostics;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>How far a reader of the topic is, and how fast it was. One thread reports.</summary>
/// <param name="total">How many events there are to read.</param>
/// <param name="isFollowed">Whether a producer waits for the reader.</param>
internal sealed class ReadProgress(long total, bool isFollowed)
{
    private long _events;
    private long _bytes;
    private long _begin;
    private long _end;

    /// <summary>How many events there are to read.</summary>
    public long Total { get; } = total;

    /// <summary>Whether a producer waits for the reader, and for what it reports.</summary>
    public bool IsFollowed { get; } = isFollowed;

    /// <summary>How many events were read, as far as reported.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>A number that grows while the reader does something.</summary>
    public long Signs => Events + Volatile.Read(ref _bytes);

    /// <summary>
    /// From the first events that arrived to the last one done: how long a reader took to start, or to join its group,
    /// is left out.
    /// </summary>
    public double EventsPerSecond => Total / Stopwatch.GetElapsedTime(_begin, _end).TotalSeconds;

    /// <summary>The first events have arrived. Further calls change nothing.</summary>
    public void Begin() => _begin = _begin == 0 ? Stopwatch.GetTimestamp() : _begin;

    /// <summary>So many events were read so far.</summary>
    public void Report(long events) => Volatile.Write(ref _events, events);

    /// <summary>So many bytes were written so far: a cheaper sign of life.</summary>
    public void ReportBytes(long bytes) => Volatile.Write(ref _bytes, bytes);

    /// <summary>All events were read, so long ago.</summary>
    public void End(TimeSpan ago = default)
    {
        _end = Stopwatch.GetTimestamp() - (long)(ago.TotalSeconds * Stopwatch.Frequency);
        Report(Total);
    }
}
