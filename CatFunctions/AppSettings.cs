namespace CatFunctions;

/// <summary>The settings of the function app itself. A property and its app setting have the same name.</summary>
internal sealed class AppSettings
{
    /// <summary>When events are produced: six NCRONTAB fields, seconds first. Required.</summary>
    public string? CatEventsSchedule { get; set; }

    /// <summary>The brokers to ask first: <c>HOST:PORT[,…]</c>. Required.</summary>
    public string? KafkaBrokerList { get; set; }

    /// <summary>The topic of the events. Required.</summary>
    public string? KafkaTopic { get; set; }

    /// <summary>The consumer group that records. Required.</summary>
    public string? KafkaConsumerGroup { get; set; }

    /// <summary>A <see cref="Kafka.KafkaProtocol"/>. Default: plaintext.</summary>
    public string? KafkaProtocol { get; set; }

    /// <summary>A <see cref="Kafka.KafkaAuthenticationMode"/>, for SASL. Default: plain.</summary>
    public string? KafkaAuthenticationMode { get; set; }

    /// <summary>The user, for SASL.</summary>
    public string? KafkaUsername { get; set; }

    /// <summary>The user's password, for SASL. Secret.</summary>
    public string? KafkaPassword { get; set; }

    /// <summary>
    /// For TLS, the certificate of the authority that signed the broker's, unless the system trusts it anyway: in PEM,
    /// or the path of a PEM file, which counts from the app's folder.
    /// </summary>
    public string? KafkaCaCertificate { get; set; }
}
