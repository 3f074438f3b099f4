using System.Runtime.CompilerServices;
using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Reads the whole lines of a segment from a position on, as many at a time as its buffer holds.</summary>
/// <param name="position">Where a line begins, in bytes.</param>
/// <param name="bufferSize">The buffer's first size in bytes; it grows for a line that is longer.</param>
internal sealed class SegmentReader(ISegmentStore store, SegmentName segment, long position = 0, int bufferSize = 1 << 20) : IDisposable
{
    private byte[] _buffer = new byte[bufferSize];
    private bool _isMore;
    private bool _isAtEnd;

    // All that follows, and what was read of it behind the last whole line.
    private Stream? _stream;
    private bool _wasOpened;
    private ReadOnlyMemory<byte> _partialLine;

    /// <summary>Whether the lines end where the segment was deleted meanwhile; otherwise that is an error.</summary>
    public bool EndsIfDeleted { get; init; }

    /// <summary>
    /// Whether all lines are wanted: then what does not fit into the first buffer is read as one stream, if the store has one. It has
    /// to be disposed.
    /// </summary>
    public bool IsToEnd { get; init; }

    /// <summary>The end of the whole lines that were read, in bytes from the start of the segment.</summary>
    public long Position { get; private set; } = position;

    /// <summary>The bytes behind the last whole line, once the end was reached: what a crash has torn.</summary>
    public int TornBytes { get; private set; }

    /// <summary>The whole lines one by one, without their line breaks. The memory of one is overwritten later on.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadEachLineAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
        {
            while (!lines.IsEmpty)
            {
                var length = lines.Span.IndexOf((byte)'\n');
                yield return lines[..length];
                lines = lines[(length + 1)..];
            }
        }
    }

    /// <summary>The next whole lines; empty at the end. The memory is overwritten by the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadLinesAsync(CancellationToken cancellationToken)
    {
        if (_isAtEnd)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (_isMore && IsToEnd && !_wasOpened)
        {
            _wasOpened = true;
            _stream = await OpenAsync(cancellationToken);
        }

        var filled = _partialLine.Length;
        _partialLine.CopyTo(_buffer);
        while (true)
        {
            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await ReadAsync(filled, cancellationToken);
            filled += read;
            _isMore = filled == _buffer.Length;
            var end = _buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end > 0)
            {
                // A line that is not whole may be being written: without a stream it is looked at again.
                _isAtEnd = !_isMore && end == filled;
                _partialLine = _stream is null ? default : _buffer.AsMemory(end..filled);
                Position += end;
                return _buffer.AsMemory(0, end);
            }

            if (read == 0)
            {
                (TornBytes, _partialLine) = (filled, default);
                return ReadOnlyMemory<byte>.Empty;
            }
        }
    }

    public void Dispose() => _stream?.Dispose();

    private async ValueTask<Stream?> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenAsync(segment, Position, cancellationToken);
        }
        catch (SegmentDeletedException) when (EndsIfDeleted)
        {
            return null;
        }
    }

    private async ValueTask<int> ReadAsync(int filled, CancellationToken cancellationToken)
    {
        try
        {
            if (_stream is not null)
            {
                return await _stream.ReadAtLeastAsync(_buffer.AsMemory(filled), _buffer.Length - filled, throwOnEndOfStream: false, cancellationToken);
            }
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It was interrupted, and cannot be continued where a writer has appended meanwhile.
            _stream!.Dispose();
            _stream = null;
        }

        try
        {
            return await store.ReadAsync(segment, Position + filled, _buffer.AsMemory(filled), cancellationToken);
        }
        catch (SegmentDeletedException) when (EndsIfDeleted)
        {
            return 0;
        }
    }
}

/// <summary>
/// Finds lines in segments. The lines of a segment are in the order of their offsets. A foreign line among them is
/// passed over: it hides nothing but itself, and <see cref="LogVerifier"/> names it.
/// </summary>
internal static class SegmentSearch
{
    private const int ScanBytes = 1 << 16;

    /// <summary>Reads the last whole line, without its line break; its end is the length of the segment but for a torn line.</summary>
    /// <returns>An empty line and 0 if there is no whole line.</returns>
    public static async ValueTask<(ReadOnlyMemory<byte> Line, long End)> ReadLastLineAsync(
        ISegmentStore store, SegmentState segment, CancellationToken cancellationToken)
    {
        for (var size = Math.Min(segment.Length, ScanBytes); size > 0; size = Math.Min(segment.Length, size * 2))
        {
            var start = segment.Length - size;
            var buffer = new byte[size];
            var filled = await ReadFullyAsync(store, segment.Name, start, buffer, cancellationToken);
            var lineBreak = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n');
            var before = lineBreak <= 0 ? -1 : buffer.AsSpan(0, lineBreak).LastIndexOf((byte)'\n');
            if (lineBreak >= 0 && (before >= 0 || start == 0))
            {
                return (buffer.AsMemory((before + 1)..lineBreak), start + lineBreak + 1);
            }

            if (start == 0)
            {
                break;
            }
        }

        return (ReadOnlyMemory<byte>.Empty, 0);
    }

    /// <summary>Finds a place, in bytes, where a line begins that is a little before the line of an offset, or that very line.</summary>
    /// <remarks>
    /// A search over the bytes: the lines carry their offsets, so that no index is needed. It starts at the end, where
    /// redeliveries are, in steps that double until they are half of what is left.
    /// </remarks>
    public static async ValueTask<long> SeekAsync(
        ISegmentStore store, SegmentState segment, long offset, CancellationToken cancellationToken)
    {
        // The line, if it is there, begins in [low, high).
        var low = 0L;
        var high = segment.Length;
        for (long step = ScanBytes; high - low > ScanBytes; step *= 2)
        {
            var middle = Math.Max(low + ((high - low) / 2), high - step);
            if (await ReadFirstLineAfterAsync(store, segment.Name, middle, cancellationToken) is not { } line || line.Start >= high)
            {
                high = middle;
            }
            else if (line.Offset <= offset)
            {
                low = line.Start;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static async ValueTask<(long Start, long Offset)?> ReadFirstLineAfterAsync(
        ISegmentStore store, SegmentName segment, long position, CancellationToken cancellationToken)
    {
        for (var size = 1 << 12; ; size *= 2)
        {
            var buffer = new byte[size];
            var filled = await ReadFullyAsync(store, segment, position, buffer, cancellationToken);
            for (var start = 0; buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is var length and >= 0;)
            {
                start += length + 1;
                if (LogLine.TryReadPosition(buffer.AsSpan(start, filled - start), out _, out var offset))
                {
                    return (position + start, offset);
                }
            }

            if (filled < size)
            {
                return null;
            }
        }
    }

    /// <summary>The offset of a line.</summary>
    /// <exception cref="EventLogException">It is not a line of a log.</exception>
    public static long ReadOffset(SegmentName segment, ReadOnlySpan<byte> line) =>
        LogLine.TryReadPosition(line, out _, out var offset)
            ? offset
            : throw new EventLogException(
                $"{segment} holds a line that does not begin with its Kafka position. Something else has written to it: "
                + "take that line out, or move the file away, and start again.");

    private static async ValueTask<int> ReadFullyAsync(
        ISegmentStore store, SegmentName segment, long position, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await store.ReadAsync(segment, position + filled, buffer[filled..], cancellationToken);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
