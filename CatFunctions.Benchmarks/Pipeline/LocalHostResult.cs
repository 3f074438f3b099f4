namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>What the local host was like.</summary>
/// <param name="EventsPerSecond">The rate of events that it was set to.</param>
/// <param name="Events">How many events were seen.</param>
/// <param name="FirstRecordedSeconds">From the start of its process to the first event in the log.</param>
/// <param name="MedianLatencySeconds">From the creation of an event, which is its tick, to its being in <c>/api/analytics</c>: the median.</param>
/// <param name="P99LatencySeconds">The same: 99 % are not above it.</param>
/// <param name="MaxLatencySeconds">The same: the highest.</param>
/// <param name="PeakMegabytes">The highest working set of its process, in 10⁶ bytes.</param>
internal sealed record LocalHostResult(
    int EventsPerSecond,
    int Events,
    double FirstRecordedSeconds,
    double MedianLatencySeconds,
    double P99LatencySeconds,
    double MaxLatencySeconds,
    double PeakMegabytes);
