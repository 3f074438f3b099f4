using CatFunctions.Core;
using CatFunctions.Core.Ticks;
using CatFunctions.Kafka;

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
    /// For TLS, the certificate of the authority that signed the broker's, unless the system already trusts it: in PEM, or
    /// the path of a PEM file, relative to the app's folder.
    /// </summary>
    public string? KafkaCaCertificate { get; set; }

    /// <summary>
    /// For TLS, the app's own certificate, if the broker asks for one: in PEM, or the path of a PEM file, relative to the app's
    /// folder.
    /// </summary>
    public string? KafkaClientCertificate { get; set; }

    /// <summary>The private key of that certificate: in PEM (PKCS #8, not encrypted), or the path of a PEM file. Secret.</summary>
    public string? KafkaClientKey { get; set; }

    /// <summary>The password of a key that is in a file. Secret.</summary>
    public string? KafkaClientKeyPassword { get; set; }

    /// <summary>For OAuth, where the app gets its tokens with its id and its secret.</summary>
    public string? KafkaOAuthTokenEndpoint { get; set; }

    /// <summary>For OAuth, the app's id.</summary>
    public string? KafkaOAuthClientId { get; set; }

    /// <summary>For OAuth, the app's secret. Secret.</summary>
    public string? KafkaOAuthClientSecret { get; set; }

    /// <summary>For OAuth, the scope of the tokens, if the broker asks for one.</summary>
    public string? KafkaOAuthScope { get; set; }

    /// <summary>For OAuth, what the broker must be told besides, as <c>key=value,…</c>: for Confluent Cloud the cluster and the pool.</summary>
    public string? KafkaOAuthExtensions { get; set; }

    /// <summary>What is wrong with the settings, a sentence each. None holds a secret.</summary>
    public IEnumerable<string> Problems() =>
        [.. Missing(), .. ScheduleProblems(), .. new KafkaBindingSettings(this).Problems()];

    /// <summary>
    /// One line that says what is wrong with the settings, of the app and of the pipeline; null if the exception has another
    /// cause.
    /// </summary>
    /// <param name="exception">What kept the app from starting.</param>
    public static string? DescribeError(Exception exception)
    {
        var problems = string.Join(' ', exception.SettingProblems());
        return problems.Length == 0 ? null : $"The app settings are not right. {problems}";
    }

    private IEnumerable<string> Missing()
    {
        (string Name, string? Value, string Meaning)[] required =
        [
            (nameof(CatEventsSchedule), CatEventsSchedule, "six NCRONTAB fields, such as '*/5 * * * * *'"),
            (nameof(KafkaBrokerList), KafkaBrokerList, "HOST:PORT, several with commas"),
            (nameof(KafkaTopic), KafkaTopic, "the topic of the events"),
            (nameof(KafkaConsumerGroup), KafkaConsumerGroup, "the consumer group that records"),
        ];
        return required
            .Where(setting => string.IsNullOrWhiteSpace(setting.Value))
            .Select(setting => $"{setting.Name} is not set: set it to {setting.Meaning}.");
    }

    private IEnumerable<string> ScheduleProblems()
    {
        if (string.IsNullOrWhiteSpace(CatEventsSchedule))
        {
            return [];
        }

        try
        {
            TickSchedule.Parse(CatEventsSchedule);
            return [];
        }
        catch (FormatException exception)
        {
            return [$"{nameof(CatEventsSchedule)}: {exception.Message}"];
        }
    }
}
