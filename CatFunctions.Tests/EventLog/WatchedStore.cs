using System.Collections.Concurrent;
using CatFunctions.Core.EventLog;

namespace CatFunctions.Tests.EventLog;

/// <summary>A store whose appends are seen, can be held up, and fail where a test wants it.</summary>
internal sealed class WatchedStore(ISegmentStore store) : ISegmentStore
{
    private readonly Lock _gate = new();

    /// <summary>What happens before each append; an exception lets it fail.</summary>
    public Func<Segment, Task> BeforeAppend { get; set; } = _ => Task.CompletedTask;

    /// <summary>How many appends are running now.</summary>
    public int Running { get; private set; }

    /// <summary>How many appends have been running at once, at most.</summary>
    public int MostRunning { get; private set; }

    /// <summary>The appends that have succeeded, in their order.</summary>
    public ConcurrentQueue<Segment> Appended { get; } = [];

    public async Task<SegmentHead?> TryAppendAsync(SegmentHead head, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        Count(1);
        try
        {
            await BeforeAppend(head.Segment);
            var appended = await store.TryAppendAsync(head, lines, cancellationToken);
            if (appended is not null)
            {
                Appended.Enqueue(head.Segment);
            }

            return appended;
        }
        finally
        {
            Count(-1);
        }
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => store.PrepareAsync(cancellationToken);

    public Task<IReadOnlyList<SegmentHead>> ListAsync(string log, int? partition, CancellationToken cancellationToken) =>
        store.ListAsync(log, partition, cancellationToken);

    public Task<SegmentHead?> FindNewestAsync(string log, int partition, CancellationToken cancellationToken) =>
        store.FindNewestAsync(log, partition, cancellationToken);

    public ValueTask<int> ReadAsync(Segment segment, long position, Memory<byte> buffer, CancellationToken cancellationToken) =>
        store.ReadAsync(segment, position, buffer, cancellationToken);

    public Task<SegmentHead?> TryCreateAsync(Segment segment, SegmentHead? predecessor, CancellationToken cancellationToken) =>
        store.TryCreateAsync(segment, predecessor, cancellationToken);

    public Task DeleteAsync(Segment segment, CancellationToken cancellationToken) => store.DeleteAsync(segment, cancellationToken);

    private void Count(int change)
    {
        lock (_gate)
        {
            Running += change;
            MostRunning = Math.Max(MostRunning, Running);
        }
    }
}
