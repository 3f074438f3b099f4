using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// Segments as append blobs of a container. There is no lock: each write states the ETag that it builds on.
/// </summary>
/// <remarks>
/// The segments of a partition form a chain. A segment is closed by the name of its successor in its metadata, which
/// changes its ETag; from then on nobody can append to it, however late the writer's clock or knowledge is, and there
/// is only one successor. A writer that dies between the two leaves a successor that does not exist yet: whoever looks
/// for the newest segment creates it. The chain begins at an empty blob that is created with the name of the first
/// segment, so that only one first segment can be.
/// A block is appended whole or not at all, and was stored durably when the service answers. So there is nothing to flush
/// or to cut, which an append blob does not allow either: an end that is not a line was written by something else, and is
/// an error.
/// </remarks>
public sealed class AppendBlobSegmentStore(BlobContainerClient container) : ISegmentStore
{
    private const string Successor = "successor";
    private const string ProbeName = ".probe";

    private static readonly AppendBlobRequestConditions OnlyIfMissing = new() { IfNoneMatch = ETag.All };

    public bool IsListingPaid => true;

    /// <inheritdoc/>
    /// <remarks>Does what closing a segment takes: an immutability policy, even with protected appends, would forbid it an hour later.</remarks>
    public Task PrepareAsync(CancellationToken cancellationToken) => Writing(async () =>
    {
        var probe = container.GetAppendBlobClient(ProbeName);
        await container.WithContainerAsync(
            () => CreateIfMissingAsync(probe, new AppendBlobCreateOptions(), cancellationToken), cancellationToken);
        return await probe.SetMetadataAsync(
            new Dictionary<string, string> { ["probe"] = "true" }, cancellationToken: cancellationToken);
    }, cancellationToken);

    public Task<IReadOnlyList<SegmentState>> ListAsync(LogKind log, int? partition, CancellationToken cancellationToken) => Reading(
        () => ListAsync(log, startFrom: null, segment => partition is null || segment.Name.Partition == partition, cancellationToken),
        cancellationToken);

    public Task<IReadOnlyList<SegmentState>> ListSinceAsync(LogKind log, DateTimeOffset hour, CancellationToken cancellationToken) => Reading(
        () => ListAsync(
            log,
            string.Create(CultureInfo.InvariantCulture, $"{log.FolderName}/date={hour:yyyy-MM-dd}/hour={hour:HH}/"),
            segment => segment.Name.Hour >= hour,
            cancellationToken),
        cancellationToken);

    public Task<IReadOnlyList<string>> ListForeignAsync(LogKind log, CancellationToken cancellationToken) => Reading<IReadOnlyList<string>>(
        async () => await container.ListAsync($"{log.FolderName}/", cancellationToken)
            .Select(blob => blob.Name)
            // Where the account has a hierarchical namespace, folders are blobs too: date=2026-11-22.
            .Where(name => SegmentName.TryParse(name) is null && !name[(name.LastIndexOf('/') + 1)..].Contains('='))
            .ToArrayAsync(cancellationToken),
        cancellationToken);

    public Task<SegmentState?> OpenNewestAsync(LogKind log, int partition, CancellationToken cancellationToken) =>
        Reading(() => FindTailAsync(log, partition, cancellationToken), cancellationToken);

    public async ValueTask<int> ReadAsync(SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken) =>
        await Reading(async () =>
        {
            await using var content = await DownloadAsync(segment, new HttpRange(position, buffer.Length), cancellationToken);
            return await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>It is one request, however long the blob is.</remarks>
    public async ValueTask<Stream?> OpenAsync(SegmentName segment, long position, CancellationToken cancellationToken) =>
        await Reading(() => DownloadAsync(segment, new HttpRange(position), cancellationToken), cancellationToken);

    public Task<SegmentState?> TryCreateAsync(SegmentName segment, SegmentState? predecessor, CancellationToken cancellationToken) => Writing(async () =>
    {
        if (!await TryNameSuccessorAsync(predecessor, segment, cancellationToken))
        {
            return null;
        }

        var tail = await FindTailAsync(segment.Log, segment.Partition, cancellationToken);
        return tail?.Name == segment && tail.Length == 0 ? tail : null;
    }, cancellationToken);

    public Task<SegmentState?> TryAppendAsync(SegmentState newest, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) => Writing(async () =>
    {
        var blob = BlobOf(newest.Name);
        var unchanged = Unchanged(newest);
        unchanged.IfAppendPositionEqual = newest.Length;
        using var content = BinaryData.FromBytes(lines).ToStream();
        try
        {
            BlobAppendInfo appended = await blob.AppendBlockAsync(
                content, new AppendBlobAppendBlockOptions { Conditions = unchanged }, cancellationToken);
            return newest with
            {
                Length = newest.Length + lines.Length,
                Blocks = appended.BlobCommittedBlockCount,
                Version = appended.ETag.ToString(),
            };
        }
        catch (RequestFailedException exception) when (IsConflict(exception))
        {
            await RequireWholeLinesAsync(newest, cancellationToken);
            return null;
        }
    }, cancellationToken);

    public Task DeleteAsync(SegmentName segment, CancellationToken cancellationToken) => Writing(
        () => BlobOf(segment).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken), cancellationToken);

    private async Task<Stream> DownloadAsync(SegmentName segment, HttpRange range, CancellationToken cancellationToken)
    {
        try
        {
            return (await BlobOf(segment).DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancellationToken)).Value.Content;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.InvalidRange)
        {
            return Stream.Null;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            throw new SegmentDeletedException(segment, exception);
        }
    }

    private async Task<IReadOnlyList<SegmentState>> ListAsync(
        LogKind log, string? startFrom, Func<SegmentState, bool> isWanted, CancellationToken cancellationToken) =>
        await SegmentsAsync($"{log.FolderName}/date=", cancellationToken, startFrom)
            .Where(isWanted)
            .OrderBy(segment => (segment.Name.Partition, segment.Name.Generation, segment.Name.BaseOffset, segment.Name.Hour))
            .ToArrayAsync(cancellationToken);

    private async Task<bool> TryNameSuccessorAsync(SegmentState? predecessor, SegmentName segment, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string> { [Successor] = segment.ToString() };
        try
        {
            if (predecessor is not null)
            {
                await BlobOf(predecessor.Name).SetMetadataAsync(metadata, Unchanged(predecessor), cancellationToken);
            }
            else
            {
                await container.WithContainerAsync(
                    () => OriginOf(segment.Log, segment.Partition).CreateAsync(
                        new AppendBlobCreateOptions { Metadata = metadata, Conditions = OnlyIfMissing }, cancellationToken),
                    cancellationToken);
            }

            return true;
        }
        catch (RequestFailedException exception) when (IsConflict(exception))
        {
            return false;
        }
    }

    private async Task<SegmentState?> FindTailAsync(LogKind log, int partition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var newest = await FindNewestBlobAsync(log, partition, cancellationToken);
            var properties = await TryGetPropertiesAsync(
                newest is null ? OriginOf(log, partition) : BlobOf(newest), cancellationToken);
            if (properties is not null && properties.Metadata.TryGetValue(Successor, out var successor))
            {
                await CreateIfMissingAsync(
                    container.GetAppendBlobClient(successor),
                    new AppendBlobCreateOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl; charset=utf-8" } },
                    cancellationToken);
            }
            else if (properties is not null && newest is not null)
            {
                return new SegmentState(
                    newest, properties.ContentLength, properties.BlobCommittedBlockCount, properties.ETag.ToString());
            }
            else if (newest is null)
            {
                return null;
            }
        }
    }

    // Hours never go back within a partition, so its newest segment is in its last folder. A day is one page of a listing.
    private async Task<SegmentName?> FindNewestBlobAsync(LogKind log, int partition, CancellationToken cancellationToken)
    {
        foreach (var date in (await DatesAsync(log, cancellationToken)).OrderDescending(StringComparer.Ordinal))
        {
            var newest = await SegmentsAsync(date, cancellationToken)
                .Where(segment => segment.Name.Partition == partition)
                .MaxByAsync(segment => (segment.Name.Hour, segment.Name.Generation, segment.Name.BaseOffset), cancellationToken: cancellationToken);
            if (newest is not null)
            {
                return newest.Name;
            }
        }

        return null;
    }

    private async Task<string[]> DatesAsync(LogKind log, CancellationToken cancellationToken) =>
        await container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", $"{log.FolderName}/date=", cancellationToken)
            .IfContainerExistsAsync(cancellationToken)
            .Where(item => item.IsPrefix)
            .Select(item => item.Prefix)
            .ToArrayAsync(cancellationToken);

    private IAsyncEnumerable<SegmentState> SegmentsAsync(string prefix, CancellationToken cancellationToken, string? startFrom = null) =>
        from blob in container.ListAsync(prefix, cancellationToken, startFrom)
        let segment = SegmentName.TryParse(blob.Name)
        where segment is not null
        select new SegmentState(segment, blob.Properties.ContentLength ?? 0, Version: blob.Properties.ETag?.ToString());

    /// <returns>Whether it was missing; otherwise another writer, or an earlier process, has created it.</returns>
    private static async Task<bool> CreateIfMissingAsync(
        AppendBlobClient blob, AppendBlobCreateOptions options, CancellationToken cancellationToken)
    {
        try
        {
            options.Conditions = OnlyIfMissing;
            await blob.CreateAsync(options, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (IsConflict(exception))
        {
            return false;
        }
    }

    private static async Task<BlobProperties?> TryGetPropertiesAsync(AppendBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Tells the conflict of two writers from a blob that ends in the middle of a line: no reload mends that.</summary>
    private async Task RequireWholeLinesAsync(SegmentState newest, CancellationToken cancellationToken)
    {
        if (await TryGetPropertiesAsync(BlobOf(newest.Name), cancellationToken) is { } properties
            && properties.ETag.ToString() == newest.Version)
        {
            throw new EventLogException(
                $"{newest.Name} is {properties.ContentLength} bytes long, but its last whole line ends at {newest.Length}. "
                + "No recorder leaves that behind: move the blob away, or complete its last line, and start again.");
        }
    }

    private static AppendBlobRequestConditions Unchanged(SegmentState newest) => new() { IfMatch = new ETag(newest.Version!) };

    private static bool IsConflict(RequestFailedException exception) =>
        BlobError.SaysThatBlobExists(exception)
        || (exception.ErrorCode is { } code
            && (code == BlobErrorCode.AppendPositionConditionNotMet || code == BlobErrorCode.BlobNotFound));

    private AppendBlobClient BlobOf(SegmentName segment) => container.GetAppendBlobClient(segment.ToString());

    private AppendBlobClient OriginOf(LogKind log, int partition) =>
        container.GetAppendBlobClient(string.Create(CultureInfo.InvariantCulture, $".origins/{log.FolderName}/partition={partition}"));

    private Task<T> Reading<T>(Func<Task<T>> read, CancellationToken cancellationToken) =>
        BlobError.GuardAsync(container, "read the event log", read, cancellationToken);

    private Task<T> Writing<T>(Func<Task<T>> write, CancellationToken cancellationToken) =>
        BlobError.GuardAsync(container, "write to the event log", write, cancellationToken);
}
