using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using CatFunctions.Tests.Local;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Lets <c>record</c>, as a process of its own, record a topic, and measures its cost.</summary>
internal static class RecorderProcessBenchmark
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it until its log holds all events.</summary>
    /// <exception cref="FailureException">It ended too early.</exception>
    public static async Task<RecorderProcessResult> RunAsync(
        LocalHostProgram program, KafkaSettings kafka, long events, string folder, CancellationToken cancellationToken)
    {
        await using var recorder = LocalHostProcess.Start(
            program.Path,
            ["record", "--brokers", kafka.BootstrapServers, "--topic", kafka.Topic, "--data", folder],
            kafka.Properties.ToDictionary(property => $"{KafkaSettings.Section}__{property.Key}", property => property.Value));
        var follower = new LogFollower(new FileSegmentStore(folder), TimeProvider.System);
        await StallGuard.RunAsync(
            "recorder process", stop => FollowAsync(recorder, follower, events, stop), () => Recorded(follower), cancellationToken);
        return new RecorderProcessResult(recorder.PeakMegabytes, recorder.ProcessorTime.TotalMicroseconds / events);
    }

    private static async Task FollowAsync(LocalHostProcess recorder, LogFollower follower, long events, CancellationToken cancellationToken)
    {
        while (Recorded(follower) < events)
        {
            if (recorder.HasExited)
            {
                throw new FailureException(
                    $"The recorder ended too early, with {Recorded(follower)} of {events} events: {string.Join(' ', recorder.Errors)}");
            }

            await Task.Delay(LookInterval, cancellationToken);
            await follower.CatchUpAsync(cancellationToken);
        }
    }

    private static long Recorded(LogFollower follower) => follower.Ask(fold => fold.Recorded);
}
