using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.Outbox;

/// <summary>The outbox as block blobs beside the log. Each is written with a single request.</summary>
public sealed class BlobOutboxStore(BlobContainerClient container) : IOutboxStore
{
    // The most that one request may carry, https://learn.microsoft.com/rest/api/storageservices/put-blob.
    private const long MaxBytesOfRequest = 5_000L << 20;

    public Task<bool> TryAddAsync(DateTimeOffset tick, TickEvents events, CancellationToken cancellationToken) => GuardedAsync("write to", async () =>
    {
        var options = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = MaxBytesOfRequest },
        };
        try
        {
            await container.WithContainerAsync(
                async () =>
                {
                    await using var lines = new PiecesStream(events.Lines);
                    return await BlobOf(tick).UploadAsync(lines, options, cancellationToken);
                },
                cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (BlobError.SaysThatBlobExists(exception))
        {
            return false;
        }
    }, cancellationToken);

    public Task<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken) => GuardedAsync<IReadOnlyList<DateTimeOffset>>("read", async () =>
        await (from blob in container.ListAsync($"{OutboxName.Folder}/", cancellationToken)
               let tick = OutboxName.TryParse(blob.Name[(OutboxName.Folder.Length + 1)..])
               where tick is not null
               select tick.Value).ToArrayAsync(cancellationToken), cancellationToken);

    public Task<Stream?> OpenAsync(DateTimeOffset tick, CancellationToken cancellationToken) => GuardedAsync("read", async () =>
    {
        try
        {
            return await BlobOf(tick).OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }, cancellationToken);

    public Task RemoveAsync(DateTimeOffset tick, CancellationToken cancellationToken) => GuardedAsync("write to", async () =>
        await BlobOf(tick).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken), cancellationToken);

    private BlobClient BlobOf(DateTimeOffset tick) => container.GetBlobClient($"{OutboxName.Folder}/{OutboxName.Of(tick)}");

    private Task<T> GuardedAsync<T>(string verb, Func<Task<T>> action, CancellationToken cancellationToken) =>
        BlobError.GuardAsync(container, $"{verb} the outbox", action, cancellationToken);
}
