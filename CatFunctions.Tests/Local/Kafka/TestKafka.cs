using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Terminal;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.Local.Kafka;

/// <summary>An embedded broker, and what its clients need.</summary>
internal sealed class TestKafka : IDisposable
{
    public const string Topic = "cats";

    private readonly int _partitions;

    public TestKafka(int partitions = 3, Dictionary<string, string>? properties = null)
    {
        _partitions = partitions;
        properties ??= [];

        // How long the embedded broker waits for a member that left, or that a busy machine keeps from its heartbeats.
        properties.TryAdd("session.timeout.ms", "6000");
        Broker = new EmbeddedBroker(Topic, partitions);
        Settings = new KafkaSettings(Broker.BootstrapServers, Topic, IsEmbedded: true, properties);
        Connection = new BrokerConnection(Settings, Status, TimeProvider.System, Logger<BrokerConnection>());
    }

    public EmbeddedBroker Broker { get; }

    public KafkaSettings Settings { get; }

    public PipelineStatus Status { get; } = new(TimeProvider.System);

    public InFlightBudget InFlight { get; } = new(KafkaSettings.EmbeddedByteLimit);

    public BrokerConnection Connection { get; }

    /// <summary>What the user sees.</summary>
    public LineWriter Output { get; } = new();

    public EventProducer NewProducer() => new(Settings, InFlight, Status, Connection);

    public EventConsumer NewConsumer() => new(Settings, Connection);

    public ILogger<T> Logger<T>() => LoggerFactory.Create(logging =>
        logging.AddProvider(new TerminalLoggerProvider(new TerminalOutput(Output, Output, getWidth: null)))).CreateLogger<T>();

    /// <summary>Produces events, and returns when the broker has them.</summary>
    public async Task ProduceAsync(IEnumerable<OutgoingEvent> events)
    {
        using var producer = NewProducer();
        foreach (var produced in events)
        {
            await producer.ProduceAsync(produced, CancellationToken.None);
        }

        (await producer.FlushAsync(CancellationToken.None)).ShouldBe(0);
    }

    /// <summary>Consumes and completes batches until that is enough, and then stops.</summary>
    /// <param name="isEnough">Given each batch before it is completed.</param>
    /// <param name="logEnd">Where the log ends.</param>
    public async Task ConsumeAsync(Func<RecordBatch, bool> isEnough, LogEnd? logEnd = null)
    {
        using var stop = new CancellationTokenSource();
        using var timeout = new CancellationTokenSource(Eventually.Timeout);
        using var consumer = NewConsumer();
        consumer.Start(logEnd ?? new LogEnd(), stop.Token);
        for (var isLast = false; !isLast;)
        {
            var batch = await consumer.Batches.ReadAsync(timeout.Token);
            isLast = isEnough(batch);
            consumer.Complete(batch);
        }

        await stop.CancelAsync();
        await consumer.CloseAsync(Eventually.Timeout);
    }

    /// <summary>All that the topic holds.</summary>
    public List<Message<TKey, TValue>> Read<TKey, TValue>()
    {
        using var consumer = new ConsumerBuilder<TKey, TValue>(
            new ConsumerConfig { BootstrapServers = Broker.BootstrapServers, GroupId = "test", EnablePartitionEof = true }).Build();
        consumer.Assign(Enumerable.Range(0, _partitions).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        var messages = new List<Message<TKey, TValue>>();
        for (var ended = 0; ended < _partitions;)
        {
            var result = consumer.Consume(Eventually.Timeout).ShouldNotBeNull();
            if (result.IsPartitionEOF)
            {
                ended++;
            }
            else
            {
                messages.Add(result.Message);
            }
        }

        return messages;
    }

    public void Dispose()
    {
        Connection.Dispose();
        Broker.Dispose();
    }
}

/// <summary>A log whose partitions all end at one offset.</summary>
internal sealed class LogEnd : IPosition
{
    public long? LastOffset { get; init; }

    public bool IsHeld { get; init; } = true;

    public Exception? Failure { get; init; }

    public long? FindLastOffset(int partition) => Failure is null ? LastOffset : throw Failure;

    public bool Holds(ConsumedRecord record) => IsHeld;
}
