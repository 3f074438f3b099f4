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
    /// Does the work on each partition and adds up what became of it. One that fails stops no other; when this returns
    /// or throws, nothing is at work any more.
    /// </summary>
    public async Task<RecordResult> RunAsync(
        IEnumerable<PartitionRecorder> partitions, Func<PartitionRecorder, PendingLines, Task<RecordResult>> work)
    {
        var queue = partitions.ToArray();
        var results = new Task<RecordResult>[queue.Length];
        var last = -1;

        // The first worker is the caller's own thread: the usual small batch of one partition needs no other.
        var others = _pending.Skip(1).Take(queue.Length - 1).Select(pending => Task.Run(() => WorkAsync(pending))).ToArray();
        await WorkAsync(_pending[0]);
        await Task.WhenAll(others);
        return (await Task.WhenAll(results)).Aggregate(default(RecordResult), (sum, result) => sum + result);

        async Task WorkAsync(PendingLines pending)
        {
            while (Interlocked.Increment(ref last) is var next && next < queue.Length)
            {
                results[next] = work(queue[next], pending);
                await ((Task)results[next]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
