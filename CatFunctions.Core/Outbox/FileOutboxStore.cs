using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.Outbox;

/// <summary>The outbox as files beside the log. Each is written under another name, flushed, and then renamed.</summary>
public sealed class FileOutboxStore(string root) : IOutboxStore
{
    private readonly string _folder = Path.Combine(root, OutboxName.Folder);
    private bool _isClean;

    public Task<bool> TryAddAsync(DateTimeOffset tick, TickEvents events, CancellationToken cancellationToken) => Guarded("write to", () =>
    {
        var path = PathOf(tick);
        if (File.Exists(path))
        {
            return false;
        }

        DurableFile.CreateFolder(_folder);
        if (!_isClean)
        {
            _isClean = true;
            DurableFile.DeleteOldDrafts(_folder);
        }

        var draft = DurableFile.DraftOf(path);
        try
        {
            using (var file = DurableFile.Create(draft))
            {
                RandomAccess.Write(file, [.. events.Lines], fileOffset: 0);
                DurableFile.Flush(file);
            }

            return TryRename(draft, path, cancellationToken);
        }
        finally
        {
            File.Delete(draft);
        }
    });

    public Task<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken) => Guarded<IReadOnlyList<DateTimeOffset>>("read", () =>
        Directory.Exists(_folder)
            ? [.. Directory.EnumerateFiles(_folder).Select(file => OutboxName.TryParse(Path.GetFileName(file))).OfType<DateTimeOffset>().Order()]
            : []);

    public Task<Stream?> OpenAsync(DateTimeOffset tick, CancellationToken cancellationToken) => Guarded(
        "read", () => DurableFile.OpenIfThere(PathOf(tick)));

    public Task RemoveAsync(DateTimeOffset tick, CancellationToken cancellationToken) => Guarded("write to", () =>
    {
        if (Directory.Exists(_folder))
        {
            File.Delete(PathOf(tick));
        }

        return true;
    });

    private bool TryRename(string draft, string path, CancellationToken cancellationToken)
    {
        // On Unix, File.Move looks whether the file exists and then renames, and another process may be between the two.
        using var renaming = PartitionLock.Acquire(root, OutboxName.Folder, cancellationToken);
        if (File.Exists(path))
        {
            return false;
        }

        File.Move(draft, path);
        DurableFile.FlushFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    private string PathOf(DateTimeOffset tick) => Path.Combine(_folder, OutboxName.Of(tick));

    private Task<T> Guarded<T>(string verb, Func<T> action) =>
        Task.FromResult(DurableFile.Guard($"{verb} the outbox in {_folder}", action, DurableFile.ChooseAnotherFolder));
}
