using System.Buffers;

namespace CatFunctions.Core.EventLog;

/// <summary>How a record stands in a log.</summary>
internal interface ILineFormat
{
    /// <summary>Writes the record as one line, line break included.</summary>
    void Write(IBufferWriter<byte> output, in LogEntry entry);

    /// <summary>Whether the stored line is this very record, and not another one that had the same offset.</summary>
    bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry);
}
