using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>A dead letter in the log. Its line depends on the record alone, so that a redelivery gives the same line.</summary>
internal sealed class DeadLetterLine : ILineFormat
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        var record = entry.Record;
        var deadLetter = new DeadLetter(
            record.Partition,
            record.Offset,
            record.Timestamp.UtcDateTime,
            entry.Reason!,
            record.Key?.ToArray(),
            record.Value?.ToArray());
        using (var writer = new Utf8JsonWriter(output, WriterOptions))
        {
            JsonSerializer.Serialize(writer, deadLetter, DeadLetterJsonContext.Default.DeadLetter);
        }

        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry) =>
        JsonSerializer.Deserialize(storedLine, DeadLetterJsonContext.Default.DeadLetter) is { } stored
        && stored.Time == entry.Record.Timestamp.UtcDateTime
        && IsSame(stored.Key, entry.Record.Key)
        && IsSame(stored.Value, entry.Record.Value);

    private static bool IsSame(byte[]? stored, ReadOnlyMemory<byte>? given) =>
        stored is null ? given is null : given is { } bytes && bytes.Span.SequenceEqual(stored);
}
