using System.Buffers;
using System.Text;
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
    private const int ManyEvents = 10_000;

    // A quotation mark within a string within a string is \\\", a line break is \\u000A. Other characters stay as they are.
    private const string QuoteEscape = @"\\\";
    private const string ControlEscape = @"\\u00";

    private static readonly JavaScriptEncoder Relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The array. To be called once.</summary>
    /// <remarks>
    /// The worker asks for JSON as text and for nothing else, so it is written only as that, into a string of its length. The text of
    /// a long tick is most of what the worker's memory holds.
    /// </remarks>
    internal BinaryData ToJson()
    {
        using var used = events as IDisposable;
        if (events.Count >= ManyEvents)
        {
            // The text of the last tick is garbage now. Left alone, the collector waits until there is several times as much of it.
            GC.Collect();
        }

        if (events.Count == 0)
        {
            return new JsonText("[]");
        }

        // Only the key and the value are an envelope's own. The value is a string, although it holds JSON: the binding would write
        // an object again, its own way.
        var toKey = $",\"{InString($"{Beginning()},\"Key\":\"")}";
        var keyToValue = InString("\",\"Value\":\"");
        var end = $"{InString("\"}")}\"";
        var decoded = new char[events.Max(produced => produced.Value.Length)];
        var length = 1L;
        foreach (var (key, value) in events)
        {
            length += toKey.Length + EscapedLength(key) + keyToValue.Length + EscapedLength(Decode(value)) + end.Length;
        }

        return new JsonText(string.Create(checked((int)length), this, (text, _) =>
        {
            var rest = text;
            foreach (var (key, value) in events)
            {
                Append(ref rest, toKey);
                AppendEscaped(ref rest, key);
                Append(ref rest, keyToValue);
                AppendEscaped(ref rest, Decode(value));
                Append(ref rest, end);
            }

            (text[0], text[^1]) = ('[', ']');
        }));

        ReadOnlySpan<char> Decode(ReadOnlyMemory<byte> value) => decoded.AsSpan(0, Encoding.UTF8.GetChars(value.Span, decoded));
    }

    /// <summary>An envelope up to its key and its value.</summary>
    private string Beginning()
    {
        var json = new ArrayBufferWriter<byte>();
        using var envelope = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = Relaxed });
        envelope.WriteStartObject();
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
        envelope.Flush();
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static string InString(string json) => JsonEncodedText.Encode(json, Relaxed).Value;

    private static void Append(ref Span<char> rest, ReadOnlySpan<char> text)
    {
        text.CopyTo(rest);
        rest = rest[text.Length..];
    }

    /// <summary>How long a text is within a string within a string.</summary>
    private static int EscapedLength(ReadOnlySpan<char> text)
    {
        var length = text.Length + ((text.Count('"') + text.Count('\\')) * QuoteEscape.Length);
        if (text.ContainsAnyInRange('\0', '\x1f'))
        {
            foreach (var character in text)
            {
                length += character < ' ' ? ControlEscape.Length + 1 : 0;
            }
        }

        return length;
    }

    private static void AppendEscaped(ref Span<char> rest, ReadOnlySpan<char> text)
    {
        var length = 0;
        foreach (var character in text)
        {
            if (character is '"' or '\\')
            {
                QuoteEscape.CopyTo(rest[length..]);
                length += QuoteEscape.Length;
            }
            else if (character < ' ')
            {
                ControlEscape.CopyTo(rest[length..]);
                length += ControlEscape.Length;
                rest[length++] = (char)('0' + (character >> 4));
                rest[length++] = "0123456789ABCDEF"[character & 0xF];
                continue;
            }

            rest[length++] = character;
        }

        rest = rest[length..];
    }

    /// <summary>JSON whose text is at hand, and nothing else of it: the worker asks for <see cref="ToString"/> (RpcExtensions, ToRpcDefault).</summary>
    private sealed class JsonText(string text) : BinaryData(Array.Empty<byte>())
    {
        public override string ToString() => text;
    }
}

/// <summary>The worker's serializer, except that envelopes write themselves.</summary>
internal sealed class EnvelopeSerializer(JsonSerializerOptions options) : JsonObjectSerializer(options)
{
    public override BinaryData Serialize(object? value, Type? inputType = null, CancellationToken cancellationToken = default) =>
        value is KafkaEnvelopes envelopes ? envelopes.ToJson() : base.Serialize(value, inputType, cancellationToken);
}
