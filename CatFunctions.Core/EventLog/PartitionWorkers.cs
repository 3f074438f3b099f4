namespace CatFunctions.Core.EventLog;

/// <summary>
/// Does the work on the partitions of a batch at the same time, but on a few only, however many there are: memory
/// stays bounded, since each worker has one buffer for lines.
/// </summary>
/// <param name="count">How many partitions are worked on at once.</param>
internal sealed class PartitionWorkers(int count)
{
    private readonly PendingLines[] _pending = [.. Enumerable.Range(0, count).Select(_ => new PendingLines())];

    /// <summary>
    /// Does the work on each partition and adds up what became of it. After one has failed no further one is begun, as
    /// the next would likely wait for the same outage; when this returns or throws, nothing is at work any more.
    /// </summary>
    public async Task<RecordResult> RunAsync(
        IEnumerable<PartitionRecorder> partitions, Func<PartitionRecorder, PendingLines, Task<RecordResult>> work)
    {
        var queue = partitions.ToArray();
        var results = new Task<RecordResult>?[queue.Length];
        var last = -1;
        var hasFailed = false;

        // The first worker is the caller's own thread: the usual small batch of one partition needs no other.
        var others = _pending.Skip(1).Take(queue.Length - 1).Select(pending => Task.Run(() => WorkAsync(pending))).ToArray();
        await WorkAsync(_pending[0]);
        await Task.WhenAll(others);
        return (await Task.WhenAll(results.OfType<Task<RecordResult>>())).Aggregate(default(RecordResult), (sum, result) => sum + result);

        async Task WorkAsync(PendingLines pending)
        {
            while (!Volatile.Read(ref hasFailed) && Interlocked.Increment(ref last) is var next && next < queue.Length)
            {
                var working = work(queue[next], pending);
                results[next] = working;
                await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!working.IsCompletedSuccessfully)
                {
                    Volatile.Write(ref hasFailed, true);
                }
            }
        }
    }
}
