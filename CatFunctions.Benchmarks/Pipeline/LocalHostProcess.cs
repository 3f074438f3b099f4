using System.Diagnostics;
using CatFunctions.Local;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>The local host as its users start it: a process of its own.</summary>
internal static class LocalHostProcess
{
    /// <summary>Starts it with these arguments, and with these settings in its environment.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(LocalHost).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Kills it, if it still runs.</summary>
    public static async Task EndAsync(this Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>The highest working set that it had so far, in 10⁶ bytes.</summary>
    public static double PeakMegabytes(this Process process)
    {
        process.Refresh();
        return process.PeakWorkingSet64 / 1e6;
    }
}
