namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Counts the lines of a file that grows.</summary>
internal sealed class LineCounter(string path)
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private long _position;
    private long _lines;

    /// <summary>The lines so far; reads only what is new.</summary>
    public long Count()
    {
        if (File.Exists(path))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            while (RandomAccess.Read(file, _buffer, _position) is var read and > 0)
            {
                _position += read;
                _lines += _buffer.AsSpan(0, read).Count((byte)'\n');
            }
        }

        return _lines;
    }
}
