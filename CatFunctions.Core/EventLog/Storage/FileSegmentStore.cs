using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Segments as files under a folder. Writers of one partition exclude each other while they append.</summary>
/// <param name="root">The folder.</param>
public sealed class FileSegmentStore(string root) : ISegmentStore
{
    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellationToken) => Writing(() =>
    {
        using var probe = PartitionLock.Acquire(root, "probe-0", cancellationToken);
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<SegmentState>> ListAsync(LogKind log, int? partition, CancellationToken cancellationToken) =>
        Reading(() => Task.FromResult(List(log, DateTimeOffset.MinValue, partition is { } number ? $"partition={number}" : "partition=*")));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SegmentState>> ListSinceAsync(LogKind log, DateTimeOffset hour, CancellationToken cancellationToken) =>
        Reading(() => Task.FromResult(List(log, hour, "partition=*")));

    /// <inheritdoc/>
    public Task<SegmentState?> FindNewestAsync(LogKind log, int partition, CancellationToken cancellationToken) =>
        Reading(() => Task.FromResult(FindNewest(log, partition)));

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken) => Reading(() =>
    {
        using var file = File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return ValueTask.FromResult(RandomAccess.Read(file, buffer.Span, position));
    });

    /// <inheritdoc/>
    public Task<SegmentState?> TryCreateAsync(SegmentName segment, SegmentState? predecessor, CancellationToken cancellationToken) => Writing(() =>
    {
        using var partitionLock = Lock(segment, cancellationToken);
        if (FindNewest(segment.Log, segment.Partition)?.Name != predecessor?.Name || !IsUnchanged(predecessor))
        {
            return Task.FromResult<SegmentState?>(null);
        }

        var path = PathOf(segment);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        return Task.FromResult<SegmentState?>(new SegmentState(segment, 0));
    });

    /// <inheritdoc/>
    public Task<SegmentState?> TryAppendAsync(SegmentState newest, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) => Writing(() =>
    {
        var segment = newest.Name;
        using var partitionLock = Lock(segment, cancellationToken);
        if (FindNewest(segment.Log, segment.Partition)?.Name != segment)
        {
            return Task.FromResult<SegmentState?>(null);
        }

        using var file = OpenToAppend(segment);
        if (!TryCutTornLine(file, newest.Length))
        {
            return Task.FromResult<SegmentState?>(null);
        }

        RandomAccess.Write(file, lines.Span, newest.Length);
        RandomAccess.FlushToDisk(file);
        return Task.FromResult<SegmentState?>(newest with { Length = newest.Length + lines.Length });
    });

    /// <inheritdoc/>
    public Task DeleteAsync(SegmentName segment, CancellationToken cancellationToken) => Writing(() =>
    {
        using var partitionLock = Lock(segment, cancellationToken);
        var path = PathOf(segment);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        // The folders of partition, hour and date, if nothing is left in them.
        var folder = Path.GetDirectoryName(path)!;
        for (var levels = 0; levels < 3 && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any(); levels++)
        {
            Directory.Delete(folder);
            folder = Path.GetDirectoryName(folder)!;
        }

        return Task.CompletedTask;
    });

    // The names of the folders sort by time.
    private IReadOnlyList<SegmentState> List(LogKind log, DateTimeOffset since, string partition)
    {
        var firstDate = string.Create(CultureInfo.InvariantCulture, $"date={since:yyyy-MM-dd}");
        return
        [
            .. from date in Folders(Path.Combine(root, log.FolderName), "date=*")
            where string.CompareOrdinal(Path.GetFileName(date), firstDate) >= 0
            from hour in Folders(date, "hour=*")
            from part in Folders(hour, partition)
            from file in Files(part)
            let segment = TryRead(file)
            where segment is not null
            let name = segment.Name
            where name.Hour >= since
            orderby name.Partition, name.Generation, name.BaseOffset, name.Hour
            select segment,
        ];
    }

    private bool IsUnchanged(SegmentState? segment)
    {
        if (segment is null)
        {
            return true;
        }

        using var file = OpenToAppend(segment.Name);
        return TryCutTornLine(file, segment.Length);
    }

    /// <summary>
    /// Makes the file as long as expected, if all that is behind is one torn line: a whole line there is another
    /// writer's, since nobody writes now.
    /// </summary>
    private static bool TryCutTornLine(SafeFileHandle file, long expectedLength)
    {
        var length = RandomAccess.GetLength(file);
        if (length > expectedLength && !HasLineBreak(file, expectedLength))
        {
            RandomAccess.SetLength(file, expectedLength);
            return true;
        }

        return length == expectedLength;
    }

    private static bool HasLineBreak(SafeFileHandle file, long position)
    {
        var buffer = new byte[1 << 16];
        while (RandomAccess.Read(file, buffer, position) is var read and > 0)
        {
            if (buffer.AsSpan(0, read).Contains((byte)'\n'))
            {
                return true;
            }

            position += read;
        }

        return false;
    }

    // Hours never go back within a partition, so its newest segment is in its last folder. There, names of one length
    // sort by generation and offset, and a longer one has a higher generation: only the first need be looked at.
    private SegmentState? FindNewest(LogKind log, int partition) =>
        (from date in Folders(Path.Combine(root, log.FolderName), "date=*").OrderDescending(StringComparer.Ordinal)
         from hour in Folders(date, "hour=*").OrderDescending(StringComparer.Ordinal)
         from file in Files(Path.Combine(hour, $"partition={partition}"))
            .OrderByDescending(file => file.Length).ThenByDescending(file => file, StringComparer.Ordinal)
         let segment = TryRead(file)
         where segment is not null
         select segment).FirstOrDefault();

    /// <summary>Null if the file is not a segment, or is gone.</summary>
    private SegmentState? TryRead(string file) =>
        SegmentName.TryParse(Path.GetRelativePath(root, file).Replace('\\', '/')) is { } segment && new FileInfo(file) is { Exists: true } info
            ? new SegmentState(segment, info.Length)
            : null;

    private static IEnumerable<string> Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern) : [];

    private static IEnumerable<string> Files(string partitionFolder) =>
        Directory.Exists(partitionFolder) ? Directory.EnumerateFiles(partitionFolder, "*.jsonl") : [];

    private SafeFileHandle OpenToAppend(SegmentName segment) =>
        File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private PartitionLock Lock(SegmentName segment, CancellationToken cancellationToken) =>
        PartitionLock.Acquire(root, $"{segment.Log.FolderName}-{segment.Partition}", cancellationToken);

    private string PathOf(SegmentName segment) => Path.Combine(root, segment.ToString());

    private T Reading<T>(Func<T> read) => Guarded("read", read, "Check that the folder is there and that this user may read it.");

    private T Writing<T>(Func<T> write) => Guarded("write to", write, "Choose a folder that this user may write to, on a disk with room.");

    private T Guarded<T>(string verb, Func<T> action, string nextStep)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EventLogException($"Cannot {verb} the event log in {root}: {exception.Message.TrimEnd('.')}. {nextStep}", exception);
        }
    }
}
