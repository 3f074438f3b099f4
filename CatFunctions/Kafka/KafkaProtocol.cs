namespace CatFunctions.Kafka;

/// <summary>How to talk to the brokers. The names are those of the Kafka extension's BrokerProtocol.</summary>
internal enum KafkaProtocol
{
    /// <summary>Neither encrypted nor authenticated.</summary>
    Plaintext,

    /// <summary>TLS; the client is not authenticated.</summary>
    Ssl,

    /// <summary>A user and a password, not encrypted.</summary>
    SaslPlaintext,

    /// <summary>A user and a password, over TLS.</summary>
    SaslSsl,
}
