using System.Globalization;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>How to reach Kafka.</summary>
/// <param name="BootstrapServers">The brokers to ask first: <c>host:port[,…]</c>.</param>
/// <param name="Topic">The topic of the events.</param>
/// <param name="IsEmbedded">Whether the broker is the <see cref="EmbeddedBroker"/> of this process.</param>
/// <param name="Properties">librdkafka properties of the user, for the producer and the consumer alike.</param>
internal sealed record KafkaSettings(
    string BootstrapServers,
    string Topic,
    bool IsEmbedded,
    IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>The section of the configuration that holds <see cref="Properties"/>.</summary>
    public const string Section = "Kafka";

    /// <summary>
    /// How many bytes may be unrecorded while the broker is embedded. Even if they all are in one partition, the
    /// partition can still hold them and the recorded part of the batch that the oldest of them came in.
    /// </summary>
    public const int EmbeddedByteLimit = EmbeddedBroker.PartitionCapacity - EmbeddedBatchSize;

    /// <summary>
    /// How many bytes are recorded at a time, at most. Some batches of what may be unrecorded keep both ends of an
    /// embedded broker busy; elsewhere fewer and larger appends are better.
    /// </summary>
    public int RecordBatchBytes => IsEmbedded ? EmbeddedByteLimit / 4 : 4 * 1024 * 1024;

    private const int EmbeddedBatchSize = 512 * 1024;

    private const string GroupId = "cat_photo_group";

    /// <summary>The properties on which exactly-once rests, and those that have an option of their own.</summary>
    private static readonly string[] Reserved =
    [
        "bootstrap.servers", "metadata.broker.list", "acks", "request.required.acks", "enable.idempotence",
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset",
    ];

    /// <summary>The producer's properties.</summary>
    /// <exception cref="UsageException">A property is reserved.</exception>
    public ProducerConfig ForProducer()
    {
        var config = new ProducerConfig
        {
            LingerMs = 10,

            // An outage is ridden out: events wait for the broker for as long as it takes.
            MessageTimeoutMs = 0,
            DeliveryReportFields = "key,value",
        };
        Apply(config);
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
        var config = new ConsumerConfig
        {
            GroupId = GroupId,
            SessionTimeoutMs = 6000,
            AutoCommitIntervalMs = 1000,
            AllowAutoCreateTopics = true,

            // The embedded broker answers an empty fetch only after this time, even if records come meanwhile.
            FetchWaitMaxMs = IsEmbedded ? 10 : 100,

            // A slow recorder must not cost memory. A queue this small runs full soon and empty soon, and librdkafka
            // would wait for a second before it fills it again.
            QueuedMaxMessagesKbytes = 16 * 1024,
            QueuedMinMessages = 20_000,
            FetchQueueBackoffMs = 10,
        };
        Apply(config);
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

    private void Apply(ClientConfig config)
    {
        config.BootstrapServers = BootstrapServers;
        config.ReconnectBackoffMaxMs = 1000;
        foreach (var (name, value) in Properties)
        {
            if (Reserved.Contains(name))
            {
                throw new UsageException(
                    $"{Section}:{name} cannot be set: the pipeline depends on it"
                    + (name == "bootstrap.servers" ? "; use --brokers." : "."));
            }

            config.Set(name, value);
        }
    }
}
