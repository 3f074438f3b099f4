using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CatFunctions.Core.Events;

namespace CatFunctions.Kafka;

/// <summary>
/// One record for the Kafka output binding, which takes a key and headers only in this form: a JSON object, as text.
/// The binding looks for every one of these names (KafkaProducerAsyncCollector in WebJobs.Extensions.Kafka) and, where
/// one is missing or unreadable, sends the whole object as the value. It then uses the key, the value and the headers.
/// </summary>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record's value, in UTF-8. A string, although it holds JSON: the binding would write an object again, its own way.</param>
/// <param name="Timestamp">Ignored, but must be there.</param>
/// <param name="Headers">The record's headers; the binding sends their values in UTF-8.</param>
internal sealed record KafkaEnvelope(
    string Key,
    [property: JsonConverter(typeof(Utf8TextConverter))] ReadOnlyMemory<byte> Value,
    DateTimeOffset Timestamp,
    IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Ignored, but must be there: the topic is that of the binding.</summary>
    public string Topic { get; } = "";

    /// <summary>Ignored, but must be there: the key decides.</summary>
    public int Partition { get; } = -1;

    /// <summary>Ignored, but must be there: the broker assigns it.</summary>
    public long Offset { get; }

    /// <summary>
    /// The events of a tick in their envelopes, which the worker turns into the JSON that it sends to the host: one at a time,
    /// since a long tick takes enough memory without all of them. After the last, the events are disposed of.
    /// </summary>
    public static IEnumerable<string> WrapAll(
        TickEvents events, DateTimeOffset timestamp, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        using (events)
        {
            foreach (var produced in events)
            {
                yield return Wrap(produced, timestamp, headers);
            }
        }
    }

    /// <summary>An event in its envelope, as the binding takes it.</summary>
    public static string Wrap(
        OutgoingEvent produced, DateTimeOffset timestamp, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var envelope = new KafkaEnvelope(produced.Key, produced.Value, timestamp, headers);
        return JsonSerializer.Serialize(envelope, KafkaEnvelopeJson.Short.KafkaEnvelope);
    }
}

/// <summary>Writes text in UTF-8 as a JSON string.</summary>
internal sealed class Utf8TextConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Span);
}

[JsonSerializable(typeof(KafkaEnvelope))]
internal sealed partial class KafkaEnvelopeJson : JsonSerializerContext
{
    /// <summary>Escapes only what JSON demands, as the worker does with the whole envelope.</summary>
    public static KafkaEnvelopeJson Short { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
