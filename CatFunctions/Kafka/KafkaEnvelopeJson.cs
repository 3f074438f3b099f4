using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CatFunctions.Kafka;

[JsonSerializable(typeof(KafkaEnvelope))]
internal sealed partial class KafkaEnvelopeJson : JsonSerializerContext
{
    /// <summary>
    /// Escapes only what JSON demands. On its way to the host an event is text in text in text, and a quotation mark that
    /// begins as \u0022 ends five times as long as it must be.
    /// </summary>
    public static KafkaEnvelopeJson Short { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
