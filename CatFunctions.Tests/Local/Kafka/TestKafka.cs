using CatFunctions.Core.EventLog;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Terminal;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.Local.Kafka;

/// <summary>An embedded broker, and what its clients need.</summary>
internal sealed class TestKafka : IDisposable
{
    public const string Topic = "cats";

    public TestKafka(int partitions = 3, Dictionary<string, string>? properties = null)
    {
        properties ??= [];

        // How long the embedded broker waits for a member that left, or that a busy machine keeps from its heartbeats.
        properties.TryAdd("session.timeout.ms", "6000");
        Broker = new EmbeddedBroker(Topic, partitions);
        Settings = new KafkaSettings(
            Broker.BootstrapServers,
            Topic,
            IsEmbedded: true,
            properties);
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
