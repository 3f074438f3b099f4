using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Lets <c>record</c>, as a process of its own, record a topic, and looks at its memory.</summary>
internal static class RecorderProcessBenchmark
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The highest working set of the process, in 10⁶ bytes.</summary>
    public static async Task<double> RunAsync(KafkaSettings kafka, long events, string folder, CancellationToken cancellationToken)
    {
        using var recorder = LocalHostProcess.Start(
            ["record", "--brokers", kafka.BootstrapServers, "--topic", kafka.Topic, "--data", folder],
            kafka.Properties.ToDictionary(property => $"{KafkaSettings.Section}__{property.Key}", property => property.Value));
        try
        {
            var follower = new LogFollower(new FileSegmentStore(folder), TimeProvider.System);
            var peak = 0.0;
            for (var recorded = 0L; recorded < events; recorded = follower.Ask(fold => fold.Recorded))
            {
                if (recorder.HasExited)
                {
                    throw new FailureException($"The recorder ended by itself, with {recorded} of {events} events; see its message.");
                }

                await Task.Delay(LookInterval, cancellationToken);
                await follower.CatchUpAsync(cancellationToken);
                peak = recorder.PeakMegabytes();
            }

            return peak;
        }
        finally
        {
            await recorder.EndAsync();
        }
    }
}
