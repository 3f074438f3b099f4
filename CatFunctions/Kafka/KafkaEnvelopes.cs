using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Azure.Core.Serialization;
using CatFunctions.Core.Events;

namespace CatFunctions.Kafka;

/// <summary>
/// Events for the Kafka output binding, which takes keys and headers only in this form: an array of strings, each of which is a JSON
/// object that describes a record. The binding looks for every one of its names (KafkaProducerAsyncCollector in
/// WebJobs.Extensions.Kafka) and, where one is missing or unreadable, sends the whole object as the value. It then uses the key, the
/// value and the headers.
/// </summary>
/// <param name="events">The events; if they can be disposed of, they are when the JSON is written.</param>
/// <param name="timestamp">Ignored by the binding, but must be there.</param>
/// <param name="headers">The headers of each record; the binding sends their values in UTF-8.</param>
public sealed class KafkaEnvelopes(
    IReadOnlyCollection<OutgoingEvent> events, DateTimeOffset timestamp, IReadOnlyList<KeyValuePair<string, string>> headers)
{
    /// <summary>What an event of the usual size becomes, rounded up, in bytes.</summary>
    private const int TypicalSize = 800;

    private const int ManyEvents = 10_000;

    // A quotation mark of an event is inside of two strings, and one that begins as \u0022 ends five times as long as it must be.
    private static readonly JsonWriterOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The array, in UTF-8. To be called once.</summary>
    internal BinaryData ToJson()
    {
        using var used = events as IDisposable;
        if (events.Count >= ManyEvents)
        {
            // The texts of the last tick are garbage now. Left alone, the collector waits until there is several times as much of it.
            GC.Collect();
        }

        var json = new ArrayBufferWriter<byte>((int)Math.Clamp((long)events.Count * TypicalSize, TypicalSize, Array.MaxLength));
        var text = new ArrayBufferWriter<byte>();
        using var array = new Utf8JsonWriter(json, Short);
        using var envelope = new Utf8JsonWriter(text, Short);
        array.WriteStartArray();
        foreach (var produced in events)
        {
            Write(envelope, produced);
            envelope.Flush();
            array.WriteStringValue(text.WrittenSpan);
            text.ResetWrittenCount();
            envelope.Reset();
        }

        array.WriteEndArray();
        array.Flush();
        return new BinaryData(json.WrittenMemory);
    }

    private void Write(Utf8JsonWriter envelope, OutgoingEvent produced)
    {
        envelope.WriteStartObject();
        envelope.WriteString("Key"u8, produced.Key);

        // A string, although it holds JSON: the binding would write an object again, its own way.
        envelope.WriteString("Value"u8, produced.Value.Span);
        envelope.WriteStartArray("Headers"u8);
        foreach (var (name, value) in headers)
        {
            envelope.WriteStartObject();
            envelope.WriteString("Key"u8, name);
            envelope.WriteString("Value"u8, value);
            envelope.WriteEndObject();
        }

        envelope.WriteEndArray();

        // Ignored: the topic is that of the binding, the key decides on the partition, and the broker on the offset.
        envelope.WriteString("Timestamp"u8, timestamp);
        envelope.WriteString("Topic"u8, ""u8);
        envelope.WriteNumber("Partition"u8, -1);
        envelope.WriteNumber("Offset"u8, 0);
        envelope.WriteEndObject();
    }
}

/// <summary>
/// The worker's serializer, except that it writes envelopes into a buffer of their size: a long tick would take several times as much
/// memory in one that doubles as it grows.
/// </summary>
internal sealed class EnvelopeSerializer(JsonSerializerOptions options) : JsonObjectSerializer(options)
{
    public override BinaryData Serialize(object? value, Type? inputType = null, CancellationToken cancellationToken = default) =>
        value is KafkaEnvelopes envelopes ? envelopes.ToJson() : base.Serialize(value, inputType, cancellationToken);
}
