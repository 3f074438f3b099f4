namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Pieces of memory as one stream that can be read again, as a request may have to be sent again.</summary>
internal sealed class PiecesStream(IEnumerable<ReadOnlyMemory<byte>> pieces) : Stream
{
    private readonly ReadOnlyMemory<byte>[] _pieces = [.. pieces];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _pieces.Sum(piece => (long)piece.Length);

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var start = Position;
        foreach (var piece in _pieces)
        {
            if (start < piece.Length)
            {
                var part = piece.Span[(int)start..];
                part = part[..Math.Min(part.Length, buffer.Length)];
                part.CopyTo(buffer);
                Position += part.Length;
                return part.Length;
            }

            start -= piece.Length;
        }

        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
