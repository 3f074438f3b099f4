using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Segments as files under a folder. Writers of one partition exclude each other while they append.</summary>
/// <remarks>
/// Only the last append can be damaged: the one before was on the disk before it began. After a power cut it may lack any
/// of its pages, so when a log is opened that stretch is checked line by line, and cut at the first line that is not
/// whole; its records are still in Kafka.
/// </remarks>
public sealed class FileSegmentStore(string root) : ISegmentStore
{
    private readonly ConcurrentDictionary<(LogKind Log, int Partition), bool> _isTrusted = [];

    /// <summary>Makes durable what was written to a file; tests let it fail.</summary>
    internal Action<SafeFileHandle> Flush { get; init; } = DurableFile.Flush;

    public Task PrepareAsync(CancellationToken cancellationToken) => Writing(() =>
    {
        using var probe = PartitionLock.Acquire(root, "probe-0", cancellationToken);
        return Task.CompletedTask;
    });

    public Task<IReadOnlyList<SegmentState>> ListAsync(LogKind log, int? partition, CancellationToken cancellationToken) =>
        Reading(() => Task.FromResult(List(log, DateTimeOffset.MinValue, partition is { } number ? $"partition={number}" : "partition=*")));

    public Task<IReadOnlyList<SegmentState>> ListSinceAsync(LogKind log, DateTimeOffset hour, CancellationToken cancellationToken) =>
        Reading(() => Task.FromResult(List(log, hour, "partition=*")));

    public Task<IReadOnlyList<string>> ListForeignAsync(LogKind log, CancellationToken cancellationToken) => Reading(() =>
    {
        var folder = Path.Combine(root, log.FolderName);
        IEnumerable<string> files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];
        return Task.FromResult<IReadOnlyList<string>>(
        [
            .. files.Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Where(path => SegmentName.TryParse(path) is null)
                .Order(StringComparer.Ordinal),
        ]);
    });

    public Task<SegmentState?> OpenNewestAsync(LogKind log, int partition, CancellationToken cancellationToken) => Writing(() =>
    {
        using var partitionLock = Lock(log, partition, cancellationToken);
        return Task.FromResult(FindNewest(log, partition) is { } newest ? Repair(newest.Name) : null);
    });

    public ValueTask<int> ReadAsync(SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken) => Reading(() =>
    {
        try
        {
            using var file = File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ValueTask.FromResult(RandomAccess.Read(file, buffer.Span, position));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SegmentDeletedException(segment, exception);
        }
    });

    public Task<SegmentState?> TryCreateAsync(SegmentName segment, SegmentState? predecessor, CancellationToken cancellationToken) => Writing(() =>
    {
        using var partitionLock = Lock(segment.Log, segment.Partition, cancellationToken);
        if (FindNewest(segment.Log, segment.Partition)?.Name != predecessor?.Name || !IsUnchanged(predecessor))
        {
            return Task.FromResult<SegmentState?>(null);
        }

        var path = PathOf(segment);
        DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
        DurableFile.Create(path).Dispose();
        FlushFolders(path);
        return Task.FromResult<SegmentState?>(new SegmentState(segment, 0));
    });

    public Task<SegmentState?> TryAppendAsync(SegmentState newest, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) => Writing(() =>
    {
        var segment = newest.Name;
        using var partitionLock = Lock(segment.Log, segment.Partition, cancellationToken);
        if (FindNewest(segment.Log, segment.Partition)?.Name != segment)
        {
            return Task.FromResult<SegmentState?>(null);
        }

        using var file = OpenToAppend(segment);
        if (!TryCutTornLine(file, newest.Length))
        {
            return Task.FromResult<SegmentState?>(null);
        }

        Append(file, newest, lines.Span);
        return Task.FromResult<SegmentState?>(newest with { Length = newest.Length + lines.Length });
    });

    public Task DeleteAsync(SegmentName segment, CancellationToken cancellationToken) => Writing(() =>
    {
        using var partitionLock = Lock(segment.Log, segment.Partition, cancellationToken);
        var path = PathOf(segment);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        // The folders of partition, hour and date, if nothing is left in them.
        var folder = Path.GetDirectoryName(path)!;
        for (var levels = 0; levels < 3 && TryDelete(folder); levels++)
        {
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

    /// <summary>Cuts what is damaged, and makes the rest durable: whoever wrote it may have died before it was.</summary>
    private SegmentState Repair(SegmentName segment)
    {
        using var file = OpenToAppend(segment);
        var (start, lines) = ReadLastAppend(file);
        lines = lines[..SoundLength(segment, lines.Span)];
        var end = start + lines.Length;
        if (RandomAccess.GetLength(file) != end)
        {
            RandomAccess.SetLength(file, end);
        }

        var key = (segment.Log, segment.Partition);
        if (!_isTrusted.GetValueOrDefault(key))
        {
            // A flush that failed may have dropped the pages, and only the writer of then was told: write them again.
            RandomAccess.Write(file, lines.Span, start);
        }

        _isTrusted[key] = false;
        Flush(file);
        FlushFolders(PathOf(segment));
        _isTrusted[key] = true;
        return new SegmentState(segment, end);
    }

    private void Append(SafeFileHandle file, SegmentState newest, ReadOnlySpan<byte> lines)
    {
        var key = (newest.Name.Log, newest.Name.Partition);
        for (var isLastTry = false; ; isLastTry = true)
        {
            RandomAccess.Write(file, lines, newest.Length);
            try
            {
                Flush(file);
                return;
            }
            catch (IOException)
            {
                // What can be read now may not be on the disk, and the next flush would not say so.
                _isTrusted[key] = false;
                RandomAccess.SetLength(file, newest.Length);
                if (isLastTry)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The whole lines at the end of a file that the last append is among, and where they begin.</summary>
    private static (long Start, ReadOnlyMemory<byte> Lines) ReadLastAppend(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        for (long size = LineBuffer.MaxBytes + 1; ; size *= 2)
        {
            var bytes = new byte[Math.Min(size, length)];
            var start = length - bytes.Length;
            var filled = 0;
            while (RandomAccess.Read(file, bytes.AsSpan(filled), start + filled) is var read and > 0)
            {
                filled += read;
            }

            var end = bytes.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            var first = start == 0 ? 0 : bytes.AsSpan(0, end).IndexOf((byte)'\n') + 1;
            if (start == 0 || first < end)
            {
                return (start + first, bytes.AsMemory(first..end));
            }
        }
    }

    /// <summary>How long the lines are before the first that is not whole, or not one of the segment.</summary>
    private static int SoundLength(SegmentName segment, ReadOnlySpan<byte> lines)
    {
        var end = 0;
        var last = -1L;
        while (lines[end..].IndexOf((byte)'\n') is var length and >= 0)
        {
            var line = lines.Slice(end, length);
            if (!LogLine.TryReadPosition(line, out var partition, out var offset)
                || partition != segment.Partition
                || (offset <= last && segment.Log != LogKind.Replays) // marks come in any order
                || !IsJson(line))
            {
                break;
            }

            (last, end) = (offset, end + length + 1);
        }

        return end;
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                reader.Skip();
            }

            return Utf8.IsValid(line);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The folders of partition, hour, date and log, and the root: any may be new.</summary>
    private static void FlushFolders(string path)
    {
        for (var levels = 0; levels < 5; levels++)
        {
            path = Path.GetDirectoryName(path)!;
            DurableFile.FlushFolder(path);
        }
    }

    private bool IsUnchanged(SegmentState? segment)
    {
        if (segment is null)
        {
            return true;
        }

        using var file = OpenToAppend(segment.Name);
        if (!TryCutTornLine(file, segment.Length))
        {
            return false;
        }

        Flush(file);
        return true;
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
            ? new SegmentState(segment, info.Length, Version: info.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture))
            : null;

    /// <summary>False if the folder is not empty: the file system tells, since another process may write to it.</summary>
    private static bool TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string[] Folders(string parent, string pattern) => Entries(() => Directory.GetDirectories(parent, pattern));

    private static string[] Files(string partitionFolder) => Entries(() => Directory.GetFiles(partitionFolder, "*.jsonl"));

    /// <summary>None in a folder that is not there, or is deleted at this moment.</summary>
    private static string[] Entries(Func<string[]> list)
    {
        try
        {
            return list();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private SafeFileHandle OpenToAppend(SegmentName segment) =>
        File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private PartitionLock Lock(LogKind log, int partition, CancellationToken cancellationToken) =>
        PartitionLock.Acquire(root, $"{log.FolderName}-{partition}", cancellationToken);

    private string PathOf(SegmentName segment) => Path.Combine(root, segment.ToString());

    private T Reading<T>(Func<T> read) =>
        DurableFile.Guard($"read the event log in {root}", read, "Check that the folder is there and that this user may read it.");

    private T Writing<T>(Func<T> write) =>
        DurableFile.Guard($"write to the event log in {root}", write, DurableFile.ChooseAnotherFolder);
}
