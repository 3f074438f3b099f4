using System.Diagnostics;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Watches the working set of this process until disposed.</summary>
internal sealed class MemoryMeter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Timer _timer;
    private long _highest;

    public MemoryMeter() => _timer = new Timer(_ => Look(), state: null, TimeSpan.Zero, Interval);

    /// <summary>The highest seen, in 10⁶ bytes.</summary>
    public double Megabytes => Interlocked.Read(ref _highest) / 1e6;

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        using var process = Process.GetCurrentProcess();
        _highest = Math.Max(_highest, process.WorkingSet64);
    }
}
