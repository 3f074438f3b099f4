using System.Buffers;

namespace CatFunctions.Core.EventLog;

/// <summary>The lines that wait to be appended. Several logs may share it, one after the other.</summary>
internal sealed class PendingLines
{
    private readonly ArrayBufferWriter<byte> _lines = new(1 << 16);
    private int _length;

    /// <summary>How many lines there are.</summary>
    public int Count { get; private set; }

    /// <summary>The offset of the first one.</summary>
    public long BaseOffset { get; private set; }

    /// <summary>The lines, line breaks included.</summary>
    public ReadOnlyMemory<byte> Memory => _lines.WrittenMemory[.._length];

    /// <summary>Adds the line of an entry; false if the lines that are there have to be appended and cleared first.</summary>
    public bool TryAdd(ILineFormat format, in LogEntry entry)
    {
        format.Write(_lines, entry);
        if (Count > 0 && _lines.WrittenCount > PartitionLog.MaxAppendBytes)
        {
            return false;
        }

        if (Count++ == 0)
        {
            BaseOffset = entry.Record.Offset;
        }

        _length = _lines.WrittenCount;
        return true;
    }

    /// <summary>Forgets the lines.</summary>
    public void Clear()
    {
        _lines.ResetWrittenCount();
        _length = 0;
        Count = 0;
    }
}
