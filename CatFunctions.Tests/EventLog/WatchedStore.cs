using System.Collections.Concurrent;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Tests.EventLog;

/// <summary>A store whose reads and appends are seen, and whose appends can be held up, and fail where a test wants it.</summary>
internal sealed class WatchedStore(ISegmentStore store) : ISegmentStore
{
    private readonly Lock _lock = new();

    /// <summary>What happens before each append; an exception lets it fail.</summary>
    public Func<SegmentName, Task> BeforeAppend { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens before each read.</summary>
    public Func<SegmentName, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>How many appends are running now.</summary>
    public int Running { get; private set; }

    /// <summary>How many appends have been running at once, at most.</summary>
    public int MostRunning { get; private set; }

    /// <summary>The appends that have succeeded, in their order.</summary>
    public ConcurrentQueue<SegmentName> Appended { get; } = [];

    public async Task<SegmentState?> TryAppendAsync(SegmentState head, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        Count(1);
        try
        {
            await BeforeAppend(head.Name);
            var appended = await store.TryAppendAsync(head, lines, cancellationToken);
            if (appended is not null)
            {
                Appended.Enqueue(head.Name);
            }

            return appended;
        }
        finally
        {
            Count(-1);
        }
    }

    public Task<IReadOnlyList<string>> ListForeignAsync(LogKind log, CancellationToken cancellationToken) =>
        store.ListForeignAsync(log, cancellationToken);

    public Task PrepareAsync(CancellationToken cancellationToken) => store.PrepareAsync(cancellationToken);

    public Task<IReadOnlyList<SegmentState>> ListAsync(LogKind log, int? partition, CancellationToken cancellationToken) =>
        store.ListAsync(log, partition, cancellationToken);

    public Task<SegmentState?> OpenNewestAsync(LogKind log, int partition, CancellationToken cancellationToken) =>
        store.OpenNewestAsync(log, partition, cancellationToken);

    public async ValueTask<int> ReadAsync(SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await BeforeRead(segment);
        return await store.ReadAsync(segment, position, buffer, cancellationToken);
    }

    public Task<SegmentState?> TryCreateAsync(SegmentName segment, SegmentState? predecessor, CancellationToken cancellationToken) =>
        store.TryCreateAsync(segment, predecessor, cancellationToken);

    public Task DeleteAsync(SegmentName segment, CancellationToken cancellationToken) => store.DeleteAsync(segment, cancellationToken);

    private void Count(int change)
    {
        lock (_lock)
        {
            Running += change;
            MostRunning = Math.Max(MostRunning, Running);
        }
    }
}
