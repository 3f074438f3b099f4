namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// Keeps the segments of a log. Creating and appending state what they build on, and do nothing when another writer
/// has been there meanwhile: with this alone, any number of writers keep the log exact.
/// </summary>
public interface ISegmentStore
{
    /// <summary>Whether each listing costs money, so that there should be few of them.</summary>
    bool IsListingPaid => false;

    /// <summary>Makes the store ready to be written to.</summary>
    /// <exception cref="EventLogException">It cannot be written to.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>The segments of a log, in the order of partition, generation, base offset and hour.</summary>
    /// <param name="partition">Only this partition, if given.</param>
    Task<IReadOnlyList<SegmentState>> ListAsync(LogKind log, int? partition, CancellationToken cancellationToken);

    /// <summary>As <see cref="ListAsync"/>, but only the segments of an hour and those after it. A store may know a cheaper way.</summary>
    async Task<IReadOnlyList<SegmentState>> ListSinceAsync(LogKind log, DateTimeOffset hour, CancellationToken cancellationToken) =>
        [.. (await ListAsync(log, partition: null, cancellationToken)).Where(segment => segment.Name.Hour >= hour)];

    /// <summary>What is in the folder of a log and is not one of its segments: paths under the root, in order.</summary>
    Task<IReadOnlyList<string>> ListForeignAsync(LogKind log, CancellationToken cancellationToken);

    /// <summary>Finds the newest segment of a partition, to append to it. What it holds then is whole, as far as the store can tell, and durable.</summary>
    /// <returns>Null if the partition has none.</returns>
    Task<SegmentState?> OpenNewestAsync(LogKind log, int partition, CancellationToken cancellationToken);

    /// <summary>Reads bytes from a position on; returns how many: fewer than fit only at the end, and there 0.</summary>
    /// <exception cref="SegmentDeletedException">The segment is not there.</exception>
    ValueTask<int> ReadAsync(SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// Opens what a segment holds from a position on. Null if a store has nothing to gain from that. What is cut off
    /// and written again must not be read this way.
    /// </summary>
    /// <exception cref="SegmentDeletedException">The segment is not there.</exception>
    ValueTask<Stream?> OpenAsync(SegmentName segment, long position, CancellationToken cancellationToken) => default;

    /// <summary>Creates an empty segment.</summary>
    /// <param name="predecessor">The newest segment of the partition until now; null for its first. Nobody can append to it afterwards.</param>
    /// <param name="cancellationToken">Gives up before anything is changed.</param>
    /// <returns>Null, and nothing was changed, if the predecessor is not the newest segment or has changed.</returns>
    Task<SegmentState?> TryCreateAsync(SegmentName segment, SegmentState? predecessor, CancellationToken cancellationToken);

    /// <summary>Appends whole lines and makes them durable. A torn line behind its length is cut off first.</summary>
    /// <param name="newest">The newest segment of the partition.</param>
    /// <param name="lines">The lines, at most <see cref="LineBuffer.MaxBytes"/> unless it is a single one.</param>
    /// <param name="cancellationToken">Gives up before anything is changed.</param>
    /// <returns>The segment after the append. Null, and nothing was changed, if it is no longer the newest or has changed.</returns>
    Task<SegmentState?> TryAppendAsync(SegmentState newest, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken);

    /// <summary>Deletes a segment that is not the newest of its partition; does nothing if it is gone.</summary>
    Task DeleteAsync(SegmentName segment, CancellationToken cancellationToken);
}

/// <summary>A segment as a store last saw it: what the next append builds on.</summary>
/// <param name="Name">The segment.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Blocks">How many blocks it is made of, where the store counts them.</param>
/// <param name="Version">The store's own mark of this very state, where it has one.</param>
public sealed record SegmentState(SegmentName Name, long Length, int Blocks = 0, string? Version = null);
