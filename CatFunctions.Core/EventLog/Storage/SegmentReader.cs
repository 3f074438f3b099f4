using System.Runtime.CompilerServices;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Reads the whole lines of a segment from a position on, as many at a time as its buffer holds.</summary>
/// <param name="store">The store that keeps the segment.</param>
/// <param name="segment">The segment.</param>
/// <param name="position">Where a line begins, in bytes.</param>
/// <param name="bufferSize">The buffer's first size in bytes; it grows for a line that is longer.</param>
internal sealed class SegmentReader(ISegmentStore store, SegmentName segment, long position = 0, int bufferSize = 1 << 20)
{
    private byte[] _buffer = new byte[bufferSize];

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
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await store.ReadAsync(segment, Position + filled, _buffer.AsMemory(filled), cancellationToken);
            filled += read;
            var end = _buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end > 0)
            {
                Position += end;
                return _buffer.AsMemory(0, end);
            }

            if (read == 0)
            {
                TornBytes = filled;
                return ReadOnlyMemory<byte>.Empty;
            }
        }
    }
}
