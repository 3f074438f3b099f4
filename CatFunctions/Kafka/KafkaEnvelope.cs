using System.Text;
using System.Text.Json;
using CatFunctions.Core.Events;

namespace CatFunctions.Kafka;

/// <summary>
/// One record for the Kafka output binding, which takes a key and headers only in this form: a JSON object, as text.
/// The binding looks for every one of these names (KafkaProducerAsyncCollector in WebJobs.Extensions.Kafka) and, where
/// one is missing or unreadable, sends the whole object as the value. It then uses the key, the value and the headers.
/// </summary>
/// <param name="Key">The record's key.</param>
/// <param name="Value">The record's value. A string, even though it holds JSON: an object would be written anew.</param>
/// <param name="Timestamp">The record's time.</param>
/// <param name="Headers">The record's headers; the binding sends their values in UTF-8.</param>
internal sealed record KafkaEnvelope(
    string Key,
    string Value,
    DateTimeOffset Timestamp,
    IReadOnlyList<KafkaEnvelopeHeader> Headers)
{
    /// <summary>The binding's own topic counts.</summary>
    public string Topic { get; } = "";

    /// <summary>Any: the key decides.</summary>
    public int Partition { get; } = -1;

    /// <summary>The broker gives it.</summary>
    public long Offset { get; }

    /// <summary>An event in its envelope, as the binding takes it.</summary>
    public static string Wrap(
        OutgoingEvent produced, DateTimeOffset timestamp, IReadOnlyList<KafkaEnvelopeHeader> headers)
    {
        var value = Encoding.UTF8.GetString(produced.Value.Span);
        var envelope = new KafkaEnvelope(produced.Key, value, timestamp, headers);
        return JsonSerializer.Serialize(envelope, KafkaEnvelopeJson.Short.KafkaEnvelope);
    }
}
