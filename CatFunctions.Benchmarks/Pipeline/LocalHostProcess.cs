using System.Diagnostics;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>The local host as its users start it: a process of its own.</summary>
internal static class LocalHostProcess
{
    /// <summary>Starts it with these arguments, and with these settings in its environment.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FailureException).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Kills the process if it is still running.</summary>
    public static async Task EndAsync(this Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>The highest working set so far, in 10⁶ bytes.</summary>
    public static double PeakMegabytes(this Process process)
    {
        process.Refresh();
        return process.PeakWorkingSet64 / 1e6;
    }
}

/// <summary>Lets <c>record</c>, as a process of its own, record a topic, and measures its cost.</summary>
internal static class RecorderProcessBenchmark
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it until its log holds all events.</summary>
    /// <exception cref="FailureException">It ended too early.</exception>
    public static async Task<RecorderProcessResult> RunAsync(
        KafkaSettings kafka, long events, string folder, CancellationToken cancellationToken)
    {
        using var recorder = LocalHostProcess.Start(
            ["record", "--brokers", kafka.BootstrapServers, "--topic", kafka.Topic, "--data", folder],
            kafka.Properties.ToDictionary(property => $"{KafkaSettings.Section}__{property.Key}", property => property.Value));
        _ = recorder.StandardOutput.ReadToEndAsync(cancellationToken); // or it would block when the pipe is full
        try
        {
            var follower = new LogFollower(new FileSegmentStore(folder), TimeProvider.System);
            await StallGuard.RunAsync(
                "recorder process", stop => FollowAsync(recorder, follower, events, stop), () => Recorded(follower), cancellationToken);
            return new RecorderProcessResult(
                recorder.PeakMegabytes(), recorder.TotalProcessorTime.TotalMicroseconds / events);
        }
        finally
        {
            await recorder.EndAsync();
        }
    }

    private static async Task FollowAsync(Process recorder, LogFollower follower, long events, CancellationToken cancellationToken)
    {
        while (Recorded(follower) < events)
        {
            if (recorder.HasExited)
            {
                throw new FailureException($"The recorder ended too early, with {Recorded(follower)} of {events} events; see its message.");
            }

            await Task.Delay(LookInterval, cancellationToken);
            await follower.CatchUpAsync(cancellationToken);
        }
    }

    private static long Recorded(LogFollower follower) => follower.Ask(fold => fold.Recorded);
}
