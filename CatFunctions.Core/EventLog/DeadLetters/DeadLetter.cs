using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>A record that is not an event: one line of the dead letters.</summary>
/// <param name="Partition">The Kafka partition it came from.</param>
/// <param name="Offset">Its Kafka offset.</param>
/// <param name="Time">Its Kafka timestamp, in UTC.</param>
/// <param name="Reason">Why it is not an event, for a person to read.</param>
/// <param name="Key">Its key, byte for byte; null if it had none.</param>
/// <param name="Value">Its value, byte for byte; null for a tombstone.</param>
/// <param name="Headers">Its headers; null in a line of a version that did not keep them.</param>
public sealed record DeadLetter(
    [property: JsonPropertyName("kafkapartition")] int Partition,
    [property: JsonPropertyName("kafkaoffset")] long Offset,
    [property: JsonPropertyName("time")] DateTime Time,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("key")] byte[]? Key,
    [property: JsonPropertyName("value")] byte[]? Value,
    [property: JsonPropertyName("headers")] IReadOnlyList<RecordHeader>? Headers = null);

/// <summary>A dead letter in the log. Its line depends on the record alone, so that a redelivery gives the same line.</summary>
internal sealed class DeadLetterLine : ILineFormat
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        var record = entry.Record;
        var deadLetter = new DeadLetter(
            record.Partition,
            record.Offset,
            record.Timestamp.UtcDateTime,
            entry.Reason!,
            record.Key?.ToArray(),
            record.Value?.ToArray(),
            record.Headers ?? []);
        using (var writer = new Utf8JsonWriter(output, WriterOptions))
        {
            JsonSerializer.Serialize(writer, deadLetter, DeadLetterJsonContext.Default.DeadLetter);
        }

        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    /// <remarks>Headers do not count: a line may be of a version that did not keep them.</remarks>
    public bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry) =>
        JsonSerializer.Deserialize(storedLine, DeadLetterJsonContext.Default.DeadLetter) is { } stored
        && stored.Time == entry.Record.Timestamp.UtcDateTime
        && IsSame(stored.Key, entry.Record.Key)
        && IsSame(stored.Value, entry.Record.Value);

    private static bool IsSame(byte[]? stored, ReadOnlyMemory<byte>? given) =>
        stored is null ? given is null : given is { } bytes && bytes.Span.SequenceEqual(stored);
}

/// <summary>The JSON of a <see cref="DeadLetter"/> and its <see cref="ReplayMark"/>. Metadata only: the generated writer turns a null array into "".</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(ReplayMark))]
internal sealed partial class DeadLetterJsonContext : JsonSerializerContext;
