using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CatFunctions.Core;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>How to reach Kafka.</summary>
/// <param name="BootstrapServers">The brokers to ask first: <c>host:port[,…]</c>.</param>
/// <param name="Topic">The topic of the events.</param>
/// <param name="IsEmbedded">Whether the broker is the <see cref="EmbeddedBroker"/> of this process.</param>
/// <param name="Properties">librdkafka properties from the user, for the producer and the consumer.</param>
/// <param name="Group">The consumer group that records.</param>
internal sealed partial record KafkaSettings(
    string BootstrapServers,
    string Topic,
    bool IsEmbedded,
    IReadOnlyDictionary<string, string> Properties,
    string Group = KafkaSettings.DefaultGroup)
{
    /// <summary>The default of <see cref="Group"/>.</summary>
    public const string DefaultGroup = "cat_photo_group";

    /// <summary>The section of the configuration that holds <see cref="Properties"/>.</summary>
    public const string Section = "Kafka";

    /// <summary>
    /// How many bytes may be unrecorded while the broker is embedded. Even if all of them are in one partition, it can
    /// hold them and the recorded part of the batch that the oldest of them came in.
    /// </summary>
    public const int EmbeddedByteLimit = EmbeddedBroker.PartitionCapacity - EmbeddedBatchSize;

    /// <summary>
    /// The most bytes that are recorded at a time. With an embedded broker several batches make up what may be
    /// unrecorded, so that producing and recording overlap; otherwise fewer and larger appends are faster.
    /// </summary>
    public int RecordBatchBytes => IsEmbedded ? EmbeddedByteLimit / 4 : 4 * 1024 * 1024;

    private const int EmbeddedBatchSize = 512 * 1024;

    /// <summary>The properties that are whole numbers, and that Confluent.Kafka has under another name or not at all.</summary>
    private static readonly string[] UnnamedIntegers =
    [
        "consume.callback.max.messages", "delivery.timeout.ms", "enabled_events", "fetch.message.max.bytes", "log_level",
        "max.in.flight.requests.per.connection", "offset.store.sync.interval.ms", "reconnect.backoff.jitter.ms", "retries",
        "socket.blocking.max.ms", "topic.metadata.refresh.fast.cnt",
    ];

    /// <summary>The properties that exactly-once depends on, and those that have an option of their own.</summary>
    private static readonly string[] Reserved =
    [
        "bootstrap.servers", "metadata.broker.list", "acks", "request.required.acks", "enable.idempotence",
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset", "group.id",
    ];

    /// <summary>The properties for questions to the broker.</summary>
    /// <exception cref="UsageException">A property is reserved.</exception>
    public AdminClientConfig ForAdmin() => Apply(new AdminClientConfig());

    /// <summary>The producer's properties.</summary>
    /// <exception cref="UsageException">A property is reserved.</exception>
    public ProducerConfig ForProducer()
    {
        var config = Apply(new ProducerConfig
        {
            LingerMs = 10,

            // An outage may last: events wait for the broker as long as it takes.
            MessageTimeoutMs = 0,
            DeliveryReportFields = "status",
        });
        config.EnableIdempotence = true;
        config.Acks = Acks.All;
        if (IsEmbedded)
        {
            config.BatchSize = EmbeddedBatchSize;
        }

        return config;
    }

    /// <summary>The consumer's properties.</summary>
    /// <exception cref="UsageException">A property is reserved.</exception>
    public ConsumerConfig ForConsumer()
    {
        var config = Apply(new ConsumerConfig
        {
            GroupId = Group,
            SessionTimeoutMs = 6000,
            AutoCommitIntervalMs = 1000,
            AllowAutoCreateTopics = true,

            // The embedded broker answers an empty fetch only after this time, even if records come meanwhile.
            FetchWaitMaxMs = IsEmbedded ? 10 : 100,

            // A slow recorder must not cost memory. A queue this small is soon full and soon empty, and by default
            // librdkafka waits for a second before it fills it again.
            QueuedMaxMessagesKbytes = 16 * 1024,
            QueuedMinMessages = 20_000,
            FetchQueueBackoffMs = 10,
        });
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.EnableAutoCommit = true;
        config.EnableAutoOffsetStore = false;
        if (!Properties.ContainsKey("heartbeat.interval.ms")
            && int.TryParse(config.Get("session.timeout.ms"), CultureInfo.InvariantCulture, out var sessionTimeout))
        {
            config.HeartbeatIntervalMs = sessionTimeout / 3;
        }

        return config;
    }

    /// <summary>Builds a client from these properties.</summary>
    /// <exception cref="UsageException">A property is unknown or has an invalid value.</exception>
    public static TClient Build<TClient>(Func<TClient> build)
    {
        try
        {
            return build();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw UsageException.OfSetting(
                $"A setting of section {Section} is wrong: {exception.Message.TrimEnd('.')}. The names and values are "
                + "those of librdkafka's CONFIGURATION.md.",
                exception);
        }
    }

    private T Apply<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = BootstrapServers;
        config.ReconnectBackoffMaxMs = 1000;

        // So soon, partitions that were added are found.
        config.TopicMetadataRefreshIntervalMs = 10_000;
        if (IsEmbedded)
        {
            // Otherwise a client connects to the one broker only when it needs it, and at the start waits for up to 50 ms before it does.
            config.Set("enable.sparse.connections", "false");
        }

        foreach (var (name, value) in Properties)
        {
            if (Reserved.Contains(name))
            {
                throw UsageException.OfSetting(
                    $"{Section}:{name} cannot be set: the pipeline depends on it"
                    + (name switch { "bootstrap.servers" => "; use --brokers.", "group.id" => "; use --group.", _ => "." }));
            }

            // librdkafka takes 6,000 and 6.5 for 6, 010 for 8, and 4294973296 for 6000.
            var form = NumberForm(name);
            if (form is not null && !(form == SettingText.IntegerForm ? Integer() : Number()).IsMatch(value))
            {
                throw UsageException.OfSetting($"{Section}:{name} takes {form}, not '{value}'.");
            }

            if (form == SettingText.IntegerForm && !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                throw UsageException.OfSetting($"{Section}:{name} takes a number up to {int.MaxValue}, not '{value}'.");
            }

            config.Set(name, value);
        }

        return config;
    }

    /// <summary>How a property is written that is a number; otherwise null. Most have a property of the same name in Confluent.Kafka.</summary>
    private static string? NumberForm(string property)
    {
        if (UnnamedIntegers.Contains(property))
        {
            return SettingText.IntegerForm;
        }

        if (property is "queue.buffering.max.ms")
        {
            return SettingText.NumberForm;
        }

        var name = property.Replace(".", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        var types = ((Type[])[typeof(ProducerConfig), typeof(ConsumerConfig)]).Select(config =>
            config.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.PropertyType);
        return types.FirstOrDefault(type => type is not null) switch
        {
            var type when type == typeof(int?) => SettingText.IntegerForm,
            var type when type == typeof(double?) => SettingText.NumberForm,
            _ => null,
        };
    }

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?\z")]
    private static partial Regex Number();
}
