using System.Text.Json.Serialization;

namespace CatFunctions;

[JsonSerializable(typeof(KafkaEnvelope))]
internal sealed partial class KafkaEnvelopeJson : JsonSerializerContext;
