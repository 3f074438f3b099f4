using System.Diagnostics;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Lets <c>record</c>, as a process of its own, record a topic, and looks at what it takes.</summary>
internal static class RecorderProcessBenchmark
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it until its log holds all events.</summary>
    /// <exception cref="FailureException">It ended before.</exception>
    public static async Task<RecorderProcessResult> RunAsync(
        KafkaSettings kafka, long events, string folder, CancellationToken cancellationToken)
    {
        using var recorder = LocalHostProcess.Start(
            ["record", "--brokers", kafka.BootstrapServers, "--topic", kafka.Topic, "--data", folder],
            kafka.Properties.ToDictionary(property => $"{KafkaSettings.Section}__{property.Key}", property => property.Value));
        _ = recorder.StandardOutput.ReadToEndAsync(cancellationToken); // or it would wait for a reader some day
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
                throw new FailureException($"The recorder ended by itself, with {Recorded(follower)} of {events} events; see its message.");
            }

            await Task.Delay(LookInterval, cancellationToken);
            await follower.CatchUpAsync(cancellationToken);
        }
    }

    private static long Recorded(LogFollower follower) => follower.Ask(fold => fold.Recorded);
}
