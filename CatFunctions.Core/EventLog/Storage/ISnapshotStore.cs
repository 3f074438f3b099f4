using System.Globalization;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Keeps the snapshots of each date beside the log, as a <see cref="SnapshotFile"/>. They are replaced as a whole or not at all.</summary>
public interface ISnapshotStore
{
    /// <summary>The dates that have any, in order.</summary>
    /// <exception cref="EventLogException">The storage cannot be read.</exception>
    Task<IReadOnlyList<DateOnly>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Opens those of a date; null if there are none.</summary>
    /// <exception cref="EventLogException">The storage cannot be read.</exception>
    Task<Stream?> OpenAsync(DateOnly day, CancellationToken cancellationToken);

    /// <summary>Replaces those of a date by some bytes, which come in parts. They need not be durable: a power cut may damage them.</summary>
    /// <exception cref="EventLogException">The storage cannot be written to.</exception>
    Task WriteAsync(DateOnly day, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken);

    /// <summary>Deletes those of a date, if there are any.</summary>
    /// <exception cref="EventLogException">The storage cannot be written to.</exception>
    Task DeleteAsync(DateOnly day, CancellationToken cancellationToken);
}

/// <summary>Where the snapshots of a date are: <c>snapshots/2026-11-22</c>.</summary>
internal static class SnapshotName
{
    public const string Folder = "snapshots";

    private const string Format = "yyyy-MM-dd";

    public static string Of(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    public static DateOnly? TryParse(string name) =>
        DateOnly.TryParseExact(name, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}

/// <summary>Snapshots as files. Each is written under another name and then renamed.</summary>
/// <param name="root">The folder that holds the log.</param>
public sealed class FileSnapshotStore(string root) : ISnapshotStore
{
    private readonly string _folder = Path.Combine(root, SnapshotName.Folder);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DateOnly>> ListAsync(CancellationToken cancellationToken) => Guarded<IReadOnlyList<DateOnly>>("read", () =>
        Directory.Exists(_folder)
            ? [.. Directory.EnumerateFiles(_folder).Select(file => SnapshotName.TryParse(Path.GetFileName(file))).OfType<DateOnly>().Order()]
            : []);

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(DateOnly day, CancellationToken cancellationToken) => Guarded(
        "read", () => DurableFile.OpenIfThere(PathOf(day)));

    /// <inheritdoc/>
    public Task WriteAsync(DateOnly day, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken) => Guarded("write", () =>
    {
        DurableFile.CreateFolder(_folder);
        DurableFile.DeleteOldDrafts(_folder);
        var draft = DurableFile.DraftOf(PathOf(day));
        try
        {
            using (var file = DurableFile.Open(draft, FileMode.CreateNew, FileShare.None))
            {
                RandomAccess.Write(file.SafeFileHandle, content, fileOffset: 0);
            }

            File.Move(draft, PathOf(day), overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }

        return true;
    });

    /// <inheritdoc/>
    public Task DeleteAsync(DateOnly day, CancellationToken cancellationToken) => Guarded("write", () =>
    {
        if (Directory.Exists(_folder))
        {
            File.Delete(PathOf(day));
        }

        return true;
    });

    private string PathOf(DateOnly day) => Path.Combine(_folder, SnapshotName.Of(day));

    private Task<T> Guarded<T>(string verb, Func<T> action) =>
        Task.FromResult(DurableFile.Guard($"{verb} the snapshots in {_folder}", action, DurableFile.ChooseAnotherFolder));
}

/// <summary>Snapshots as block blobs. Each is written with a single request, and read with one.</summary>
/// <param name="container">The container that holds the log.</param>
public sealed class BlobSnapshotStore(BlobContainerClient container) : ISnapshotStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<DateOnly>> ListAsync(CancellationToken cancellationToken) => GuardedAsync<IReadOnlyList<DateOnly>>("read", async () =>
        await (from blob in container.ListAsync($"{SnapshotName.Folder}/", cancellationToken)
               let date = SnapshotName.TryParse(blob.Name[(SnapshotName.Folder.Length + 1)..])
               where date is not null
               select date.Value).ToArrayAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(DateOnly day, CancellationToken cancellationToken) => GuardedAsync("read", async () =>
    {
        try
        {
            return (await BlobOf(day).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(DateOnly day, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken) => GuardedAsync("write", async () =>
    {
        var options = new BlobUploadOptions { TransferOptions = new StorageTransferOptions { InitialTransferSize = SnapshotFile.MaxBytes } };
        await using var all = new PiecesStream(content);
        return await BlobOf(day).UploadAsync(all, options, cancellationToken);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(DateOnly day, CancellationToken cancellationToken) => GuardedAsync("write", async () =>
        await BlobOf(day).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken), cancellationToken);

    private BlobClient BlobOf(DateOnly day) => container.GetBlobClient($"{SnapshotName.Folder}/{SnapshotName.Of(day)}");

    private Task<T> GuardedAsync<T>(string verb, Func<Task<T>> action, CancellationToken cancellationToken) =>
        BlobError.GuardAsync(container, $"{verb} the snapshots", action, cancellationToken);
}
