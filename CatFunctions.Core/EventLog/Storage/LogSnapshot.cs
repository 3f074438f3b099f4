using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// What an hour of the log adds up to, or several hours of a date, so that it need not be read again, and exactly which segments that
/// was read from. It is derived: where the log has other segments, it says nothing.
/// </summary>
internal sealed class LogSnapshot
{
    private readonly int _stateStart;

    /// <param name="content">Its bytes.</param>
    /// <exception cref="Exception">They are not those of a snapshot.</exception>
    public LogSnapshot(ReadOnlyMemory<byte> content)
    {
        Content = content;
        var reader = new StateReader(content.Span);
        IsSum = reader.ReadBool();
        Span = new MinuteSpan(reader.ReadLong(), reader.ReadLong(), reader.ReadLong(), reader.ReadBool());
        var segments = new List<SegmentState>();
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var name = new SegmentName((LogKind)reader.ReadInt(), reader.ReadTime(), reader.ReadInt(), reader.ReadInt(), reader.ReadLong());
            segments.Add(new SegmentState(name, reader.ReadLong(), Version: Encoding.UTF8.GetString(reader.ReadText())));
        }

        Segments = segments;
        Hour = segments.Min(segment => segment.Name.Hour);
        _stateStart = reader.Position;
    }

    /// <summary>Whether it is the sum of those of the single hours behind it.</summary>
    public bool IsSum { get; }

    /// <summary>The hour, or the first one.</summary>
    public DateTimeOffset Hour { get; }

    public DateOnly Date => DateOnly.FromDateTime(Hour.UtcDateTime);

    /// <summary>All of its hours.</summary>
    public IReadOnlySet<DateTimeOffset> Hours => Segments.Select(segment => segment.Name.Hour).ToHashSet();

    /// <summary>The minutes that it is about.</summary>
    public MinuteSpan Span { get; }

    /// <summary>All segments of the hours, with their lengths.</summary>
    public IReadOnlyList<SegmentState> Segments { get; }

    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>What they add up to.</summary>
    public StateReader State => new(Content.Span[_stateStart..]);

    public static LogSnapshot Of(IReadOnlyList<SegmentState> segments, bool isSum, MinuteSpan span, Action<StateWriter> writeState)
    {
        using var content = new MemoryStream();
        using var writer = new StateWriter(content);
        writer.Write(isSum);
        writer.Write7BitEncodedInt64(span.Now);
        writer.Write7BitEncodedInt64(span.Oldest);
        writer.Write7BitEncodedInt64(span.Newest);
        writer.Write(span.IsSampled);
        writer.WriteAll(segments, segment =>
        {
            var name = segment.Name;
            writer.Write7BitEncodedInt((int)name.Log);
            writer.Write(name.Hour);
            writer.Write7BitEncodedInt(name.Partition);
            writer.Write7BitEncodedInt(name.Generation);
            writer.Write7BitEncodedInt64(name.BaseOffset);
            writer.Write7BitEncodedInt64(segment.Length);
            writer.WriteText(Encoding.UTF8.GetBytes(VersionOf(segment)));
        });
        writeState(writer);
        return new LogSnapshot(content.ToArray());
    }

    /// <summary>Whether it was read from these segments, all and no others, at these lengths.</summary>
    public bool IsOf(IEnumerable<SegmentState> segments) => segments.Select(Identity).ToHashSet().SetEquals(Segments.Select(Identity));

    private static (SegmentName, long, string) Identity(SegmentState segment) => (segment.Name, segment.Length, VersionOf(segment));

    // The last segment of the other logs may be of a past hour and is touched whenever a recorder starts.
    private static string VersionOf(SegmentState segment) => segment.Name.Log == LogKind.Events ? segment.Version ?? "" : "";
}

/// <summary>The minutes of a snapshot, counted from the year 1.</summary>
/// <param name="Now">The minute that it is as of.</param>
/// <param name="Oldest">The oldest minute that it holds more of than sums; 0 if it holds nothing else.</param>
/// <param name="Newest">The newest such minute.</param>
/// <param name="IsSampled">Whether it holds a sample of the users in these minutes, and not all of them.</param>
internal readonly record struct MinuteSpan(long Now, long Oldest, long Newest, bool IsSampled);

/// <summary>
/// The snapshots of a date, one after the other, each with its length and checksum: first the sum of all, which is all that is
/// read as a rule, and then those of the single hours.
/// </summary>
internal static class SnapshotFile
{
    /// <summary>How long it may be. Hours that do not fit have no snapshot.</summary>
    public const int MaxBytes = 96 << 20;

    /// <summary>Raise this whenever the bytes of a snapshot, or what they mean, change.</summary>
    private const int Version = 3;

    // "CATS", and the version.
    private const ulong Header = 0x53544143UL | ((ulong)Version << 32);
    private const int HeaderBytes = sizeof(ulong);
    private const int FrameBytes = sizeof(int) + sizeof(ulong);

    /// <summary>Reads the snapshots up to the first that is not sound.</summary>
    public static async IAsyncEnumerable<LogSnapshot> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var frame = new byte[FrameBytes];
        if (!await FillAsync(file, frame.AsMemory(0, HeaderBytes), cancellationToken)
            || BinaryPrimitives.ReadUInt64LittleEndian(frame) != Header)
        {
            yield break;
        }

        while (await FillAsync(file, frame, cancellationToken))
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(frame);
            var content = new byte[length is > 0 and <= MaxBytes ? length : 0];
            if (!await FillAsync(file, content, cancellationToken)
                || XxHash3.HashToUInt64(content) != BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(sizeof(int)))
                || TryParse(content) is not { } snapshot)
            {
                yield break;
            }

            yield return snapshot;
        }
    }

    /// <summary>Rewrites the snapshots of a date, if that changes them.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="date">The date.</param>
    /// <param name="added">Those of hours to add, in place of others of the same hours.</param>
    /// <param name="keep">What to keep of the others: null, or the snapshot itself, or another one.</param>
    /// <param name="sum">Adds some of them up, one of which may be a sum; null if that cannot be done.</param>
    /// <param name="cancellationToken">Stops it; the file then stays as it is.</param>
    /// <exception cref="EventLogException">They cannot be read or written.</exception>
    public static async Task RewriteAsync(
        ISnapshotStore store,
        DateOnly date,
        IEnumerable<LogSnapshot> added,
        Func<LogSnapshot, LogSnapshot?> keep,
        Func<IReadOnlyList<LogSnapshot>, LogSnapshot?> sum,
        CancellationToken cancellationToken)
    {
        var rest = added.ToDictionary(snapshot => snapshot.Hour);
        var hours = new Dictionary<DateTimeOffset, LogSnapshot>();
        var bytes = (long)HeaderBytes;
        var isChanged = false;
        var old = await ReadAllAsync(store, date, cancellationToken);
        foreach (var snapshot in old?.Where(snapshot => !snapshot.IsSum) ?? [])
        {
            var kept = snapshot.Date == date ? keep(snapshot) : null;
            if (kept is not null && rest.TryGetValue(snapshot.Hour, out var other))
            {
                var isSame = snapshot.IsOf(other.Segments) && snapshot.Span.Now <= other.Span.Now;
                kept = isSame && rest.Remove(snapshot.Hour) ? kept : null;
            }

            isChanged |= kept != snapshot;
            if (kept is not null)
            {
                Add(kept);
            }
        }

        var oldSum = old?.Find(snapshot => snapshot.IsSum);
        var isSummed = !isChanged && oldSum?.IsOf(hours.Values.SelectMany(hour => hour.Segments)) == true;
        LogSnapshot[] fresh = [.. rest.Values.Where(Add)];
        if (fresh.Length == 0 && (isSummed || old is null))
        {
            return;
        }

        if (hours.Count == 0)
        {
            await store.DeleteAsync(date, cancellationToken);
            return;
        }

        var newSum = (isSummed ? sum([oldSum!, .. fresh]) : null) ?? sum([.. hours.Values]);
        newSum = newSum is not null && Fits(newSum) ? newSum : null;
        if (isChanged || fresh.Length > 0 || (newSum ?? oldSum) is not null)
        {
            await store.WriteAsync(date, [.. PartsOf(newSum is null ? hours.Values : [newSum, .. hours.Values])], cancellationToken);
        }

        bool Fits(LogSnapshot snapshot) => bytes + FrameBytes + snapshot.Content.Length <= MaxBytes;

        bool Add(LogSnapshot snapshot)
        {
            if (!Fits(snapshot) || !hours.TryAdd(snapshot.Hour, snapshot))
            {
                return false;
            }

            bytes += FrameBytes + snapshot.Content.Length;
            return true;
        }
    }

    /// <summary>Deletes the snapshots of the hours before another one.</summary>
    /// <exception cref="EventLogException">They cannot be read or written.</exception>
    public static async Task DeleteBeforeAsync(ISnapshotStore store, DateTimeOffset hour, CancellationToken cancellationToken)
    {
        var last = DateOnly.FromDateTime(hour.UtcDateTime);
        foreach (var date in (await store.ListAsync(cancellationToken)).Where(date => date <= last))
        {
            await RewriteAsync(store, date, [], snapshot => snapshot.Hour < hour ? null : snapshot, sum: _ => null, cancellationToken);
        }
    }

    private static async Task<List<LogSnapshot>?> ReadAllAsync(ISnapshotStore store, DateOnly date, CancellationToken cancellationToken)
    {
        await using var file = await store.OpenAsync(date, cancellationToken);
        return file is null ? null : await ReadAsync(file, cancellationToken).ToListAsync(cancellationToken);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> PartsOf(IEnumerable<LogSnapshot> snapshots)
    {
        yield return BitConverter.GetBytes(Header);
        foreach (var snapshot in snapshots)
        {
            var frame = new byte[FrameBytes];
            BinaryPrimitives.WriteInt32LittleEndian(frame, snapshot.Content.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(sizeof(int)), XxHash3.HashToUInt64(snapshot.Content.Span));
            yield return frame;
            yield return snapshot.Content;
        }
    }

    private static async ValueTask<bool> FillAsync(Stream file, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) == buffer.Length;
        }
        catch (Exception exception) when (exception is IOException or Azure.RequestFailedException)
        {
            return false;
        }
    }

    private static LogSnapshot? TryParse(ReadOnlyMemory<byte> content)
    {
        try
        {
            return new LogSnapshot(content);
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }
}
