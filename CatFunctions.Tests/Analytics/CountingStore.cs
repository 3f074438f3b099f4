using System.Collections.Concurrent;

namespace CatFunctions.Tests.Analytics;

/// <summary>Counts what is asked of a store, and can be made to wait or to fail.</summary>
internal sealed class CountingStore(ISegmentStore store) : ISegmentStore
{
    private readonly Lock _lock = new();
    private int _lists;
    private int _reads;

    public int Lists => _lists;

    public int Reads => _reads;

    /// <summary>The appends that have succeeded, in their order.</summary>
    public ConcurrentQueue<SegmentName> Appended { get; } = [];

    /// <summary>How many appends are running now.</summary>
    public int Running { get; private set; }

    /// <summary>How many appends have been running at once, at most.</summary>
    public int MostRunning { get; private set; }

    /// <summary>What happens before each append; an exception lets it fail.</summary>
    public Func<SegmentName, Task> BeforeAppend { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens before each read.</summary>
    public Func<SegmentName, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>What becomes of a stream that is opened.</summary>
    public Func<Stream, Stream> WhenOpened { get; init; } = stream => stream;

    /// <summary>What a read waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>The segments whose reads wait for the gate; all if it is null.</summary>
    public Func<SegmentName, bool>? IsGated { get; set; }

    /// <summary>Whether everything fails.</summary>
    public bool IsBroken { get; set; }

    public Task<IReadOnlyList<string>> ListForeignAsync(LogKind log, CancellationToken cancellationToken) =>
        store.ListForeignAsync(log, cancellationToken);

    public Task PrepareAsync(CancellationToken cancellationToken) => store.PrepareAsync(cancellationToken);

    public Task<IReadOnlyList<SegmentState>> ListAsync(LogKind log, int? partition, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lists);
        return IsBroken ? throw new EventLogException("The store is broken.") : store.ListAsync(log, partition, cancellationToken);
    }

    public Task<IReadOnlyList<SegmentState>> ListSinceAsync(LogKind log, DateTimeOffset hour, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lists);
        return IsBroken ? throw new EventLogException("The store is broken.") : store.ListSinceAsync(log, hour, cancellationToken);
    }

    public Task<SegmentState?> OpenNewestAsync(LogKind log, int partition, CancellationToken cancellationToken) =>
        store.OpenNewestAsync(log, partition, cancellationToken);

    public async ValueTask<int> ReadAsync(SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        await BeforeRead(segment);
        if (IsGated?.Invoke(segment) ?? true)
        {
            await Gate.WaitAsync(cancellationToken);
        }

        return IsBroken ? throw new EventLogException("The store is broken.") : await store.ReadAsync(segment, position, buffer, cancellationToken);
    }

    public async ValueTask<Stream?> OpenAsync(SegmentName segment, long position, CancellationToken cancellationToken) =>
        await store.OpenAsync(segment, position, cancellationToken) is { } stream ? WhenOpened(stream) : null;

    public Task<SegmentState?> TryCreateAsync(SegmentName segment, SegmentState? predecessor, CancellationToken cancellationToken) =>
        store.TryCreateAsync(segment, predecessor, cancellationToken);

    public async Task<SegmentState?> TryAppendAsync(SegmentState head, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        CountRunning(1);
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
            CountRunning(-1);
        }
    }

    public Task DeleteAsync(SegmentName segment, CancellationToken cancellationToken) => store.DeleteAsync(segment, cancellationToken);

    private void CountRunning(int change)
    {
        lock (_lock)
        {
            Running += change;
            MostRunning = Math.Max(MostRunning, Running);
        }
    }
}
