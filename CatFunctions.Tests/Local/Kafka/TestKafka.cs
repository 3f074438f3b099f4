using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using CatFunctions.Local.Terminal;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.Local.Kafka;

/// <summary>An embedded broker, and what its clients need.</summary>
internal sealed class TestKafka : IDisposable
{
    public const string Topic = "cats";

    public TestKafka(int partitions = 3)
    {
        Broker = new EmbeddedBroker(Topic, partitions);
        Settings = new KafkaSettings(
            Broker.BootstrapServers,
            Topic,
            IsEmbedded: true,

            // How long the embedded broker waits for a member that left.
            new Dictionary<string, string> { ["session.timeout.ms"] = "2000" });
        Health = new BrokerConnection(Settings, Status, TimeProvider.System, Logger<BrokerConnection>());
    }

    public EmbeddedBroker Broker { get; }

    public KafkaSettings Settings { get; }

    public PipelineStatus Status { get; } = new(TimeProvider.System);

    public InFlightBudget Unrecorded { get; } = new(KafkaSettings.EmbeddedByteLimit);

    public BrokerConnection Health { get; }

    /// <summary>What was told to the user.</summary>
    public LineWriter Output { get; } = new();

    public EventProducer NewProducer() => new(Settings, Unrecorded, Status, Health);

    public EventConsumer NewConsumer() => new(Settings, Health);

    public ILogger<T> Logger<T>() => LoggerFactory.Create(logging =>
        logging.AddProvider(new TerminalLoggerProvider(new TerminalOutput(Output, Output, getWidth: null)))).CreateLogger<T>();

    public void Dispose() => Broker.Dispose();
}
