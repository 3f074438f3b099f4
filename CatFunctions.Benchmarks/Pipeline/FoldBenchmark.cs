using System.Diagnostics;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Folds a whole log, as a host does that has just started.</summary>
internal static class FoldBenchmark
{
    /// <summary>Events per second.</summary>
    public static async Task<double> RunAsync(string folder, long events, CancellationToken cancellationToken)
    {
        var follower = new LogFollower(new FileSegmentStore(folder), TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        await follower.CatchUpAsync(cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Require.Equal(events, follower.Ask(fold => fold.Recorded));
        return events / elapsed.TotalSeconds;
    }
}
