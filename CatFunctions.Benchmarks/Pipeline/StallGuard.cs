using System.Diagnostics;
using CatFunctions.Local;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Ends work that no longer makes progress: lost events would be waited for forever.</summary>
internal static class StallGuard
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <param name="what">The work, for the message.</param>
    /// <param name="work">The work.</param>
    /// <param name="progress">A number that changes while there is progress.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="FailureException">There was no progress for 30 s.</exception>
    public static async Task RunAsync(
        string what, Func<CancellationToken, Task> work, Func<long> progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = work(stop.Token);
        var (last, since) = (progress(), Stopwatch.GetTimestamp());
        while (await Task.WhenAny(working, Task.Delay(LookInterval, CancellationToken.None)) != working)
        {
            if (progress() is var now && now != last)
            {
                (last, since) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > Timeout)
            {
                await stop.CancelAsync();
                await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new FailureException(
                    $"{what}: nothing more has come for {Timeout.TotalSeconds} s. Check that the broker keeps all events, and that the disk is not full.");
            }
        }

        await working;
    }
}
