using System.Buffers.Binary;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Writes a state, for a <see cref="StateReader"/>.</summary>
internal sealed class StateWriter(Stream stream) : BinaryWriter(stream)
{
    public void Write(DateTimeOffset time) => Write(time.UtcTicks);

    public void WriteText(ReadOnlySpan<byte> text)
    {
        Write7BitEncodedInt(text.Length);
        Write(text);
    }

    public void WriteAll<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Write7BitEncodedInt(items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }
}

/// <summary>Reads what a <see cref="StateWriter"/> has written.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public bool ReadBool() => _bytes[Position++] != 0;

    public int ReadInt() => checked((int)ReadLong());

    public long ReadLong()
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = _bytes[Position++];
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    public ulong ReadWord()
    {
        var word = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[Position..]);
        Position += sizeof(ulong);
        return word;
    }

    public DateTimeOffset ReadTime() => new((long)ReadWord(), TimeSpan.Zero);

    public ReadOnlySpan<byte> ReadText() => ReadBytes(ReadInt());

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        var bytes = _bytes.Slice(Position, count);
        Position += count;
        return bytes;
    }
}
