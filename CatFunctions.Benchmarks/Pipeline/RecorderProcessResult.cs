namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>What a process took that recorded all events.</summary>
/// <param name="PeakMegabytes">Its highest working set, in 10⁶ bytes.</param>
/// <param name="CpuMicrosecondsPerEvent">Its processor time, in user and kernel mode and with its start, for each event.</param>
internal sealed record RecorderProcessResult(double PeakMegabytes, double CpuMicrosecondsPerEvent);
