namespace CatFunctions.Kafka;

/// <summary>
/// The SASL mechanisms that need a user and a password only. The names are those of the Kafka extension's
/// BrokerAuthenticationMode.
/// </summary>
internal enum KafkaAuthenticationMode
{
    Plain,
    ScramSha256,
    ScramSha512,
}
