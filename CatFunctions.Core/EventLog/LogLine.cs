using System.Buffers;
using System.Buffers.Text;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>The Kafka position that every line of both logs begins with.</summary>
internal static class LogLine
{
    /// <summary>No position is longer.</summary>
    public const int MaxPositionLength = 64;

    private static ReadOnlySpan<byte> PartitionPrefix => "{\"kafkapartition\":"u8;

    private static ReadOnlySpan<byte> OffsetPrefix => ",\"kafkaoffset\":"u8;

    /// <summary>Writes <c>{"kafkapartition":P,"kafkaoffset":O,</c>; returns its length.</summary>
    public static int WritePosition(Span<byte> span, in ConsumedRecord record)
    {
        PartitionPrefix.CopyTo(span);
        var length = PartitionPrefix.Length;
        Utf8Formatter.TryFormat(record.Partition, span[length..], out var digits);
        length += digits;
        OffsetPrefix.CopyTo(span[length..]);
        length += OffsetPrefix.Length;
        Utf8Formatter.TryFormat(record.Offset, span[length..], out digits);
        length += digits;
        span[length++] = (byte)',';
        return length;
    }

    /// <summary>Reads the position of a line; false if it does not begin with one.</summary>
    public static bool TryReadPosition(ReadOnlySpan<byte> line, out int partition, out long offset) =>
        TryReadPosition(line, out partition, out offset, out _);

    /// <summary>Reads the position of a line, and where what follows it begins; false if it does not begin with one.</summary>
    public static bool TryReadPosition(ReadOnlySpan<byte> line, out int partition, out long offset, out int length)
    {
        offset = 0;
        partition = 0;
        length = PartitionPrefix.Length;
        if (!line.StartsWith(PartitionPrefix) || !Utf8Parser.TryParse(line[length..], out partition, out var digits))
        {
            return false;
        }

        length += digits;
        if (!line[length..].StartsWith(OffsetPrefix)
            || !Utf8Parser.TryParse(line[(length + OffsetPrefix.Length)..], out offset, out digits))
        {
            return false;
        }

        length += OffsetPrefix.Length + digits;
        return line[length++..].StartsWith((byte)',');
    }
}

/// <summary>Goes over whole lines one by one, without their line breaks.</summary>
/// <param name="lines">The lines; the last one ends with a line break too.</param>
internal ref struct LogLines(ReadOnlySpan<byte> lines)
{
    private ReadOnlySpan<byte> _rest = lines;

    /// <summary>The line where it stands.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly LogLines GetEnumerator() => this;

    /// <summary>Goes to the next line; false at the end.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = _rest.IndexOf((byte)'\n');
        Current = _rest[..length];
        _rest = _rest[(length + 1)..];
        return true;
    }
}

/// <summary>How a record becomes a line of a log, and is recognized in it.</summary>
internal interface ILineFormat
{
    /// <summary>Writes the record as one line, line break included.</summary>
    void Write(IBufferWriter<byte> output, in LogEntry entry);

    /// <summary>Whether the stored line is this very record, and not another one that had the same offset.</summary>
    bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry);
}

/// <summary>A record and what the validator made of it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Reason">Why it is not an event; null if it is one.</param>
/// <param name="Id">The event's id.</param>
internal readonly record struct LogEntry(ConsumedRecord Record, string? Reason, EventId Id = default);
