using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A topic of generated events.</summary>
internal interface ITopic : IAsyncDisposable
{
    /// <summary>The broker, for the table.</summary>
    string Broker { get; }

    int Partitions { get; }

    /// <summary>Lets a reader read events from the beginning.</summary>
    /// <returns>Events per second.</returns>
    Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken);
}

/// <summary>
/// A topic on an embedded broker, which cannot hold many events: they are produced while they are read, and the rates
/// are those of both together.
/// </summary>
internal sealed class EmbeddedTopic(int partitions) : ITopic
{
    public const string Topic = "cat_photo_events";

    public string Broker => "embedded";

    public int Partitions => partitions;

    public async Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken)
    {
        using var broker = new EmbeddedBroker(Topic, partitions);
        var kafka = SettingsOf(broker);
        var progress = new ReadProgress(events, isFollowed: true);
        await StallGuard.RunAsync(reader.Name, ProduceAndReadAsync, () => progress.Signs, cancellationToken);
        return progress.EventsPerSecond;

        async Task ProduceAndReadAsync(CancellationToken stop)
        {
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task[] both =
            [
                EventFeed.ProduceAsync(kafka, events, progress, failed.Token),
                reader.ReadAsync(kafka, progress, failed.Token),
            ];
            await foreach (var task in Task.WhenEach(both))
            {
                if (!task.IsCompletedSuccessfully)
                {
                    await failed.CancelAsync();
                }
            }

            await Task.WhenAll(both);
        }
    }

    public static KafkaSettings SettingsOf(EmbeddedBroker broker) =>
        new(broker.BootstrapServers, Topic, IsEmbedded: true, new Dictionary<string, string>());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A new topic on another broker, deleted at the end. All events are in it before they are read.</summary>
internal sealed class FilledTopic : ITopic
{
    private static readonly TimeSpan AdminTimeout = TimeSpan.FromSeconds(5);

    private readonly KafkaSettings _kafka;
    private readonly IAdminClient _admin;

    private FilledTopic(KafkaSettings kafka, IAdminClient admin, int partitions) =>
        (_kafka, _admin, Partitions) = (kafka, admin, partitions);

    public string Broker => _kafka.BootstrapServers;

    public KafkaSettings Kafka => _kafka;

    /// <summary>The requested number, or else the broker's default.</summary>
    public int Partitions { get; }

    /// <exception cref="FailureException">The broker does not answer, or creates no topic.</exception>
    public static async Task<FilledTopic> CreateAsync(string brokers, int partitions, CancellationToken cancellationToken)
    {
        var kafka = new KafkaSettings(
            brokers, $"catfunctions-benchmark-{Guid.NewGuid():N}", IsEmbedded: false, new Dictionary<string, string>());
        var connection = kafka.NewConnection(new PipelineStatus(TimeProvider.System));
        var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers })
            .SetErrorHandler((_, error) => connection.OnError(error))
            .SetLogHandler((_, line) => connection.OnLog(line))
            .Build();
        try
        {
            await TryCreateAsync(admin, kafka.Topic, partitions);
            await connection.WaitUntilReadyAsync(cancellationToken);
            return new FilledTopic(kafka, admin, admin.GetMetadata(kafka.Topic, AdminTimeout).Topics.Single().Partitions.Count);
        }
        catch
        {
            admin.Dispose();
            throw;
        }
    }

    public Task FillAsync(long events, CancellationToken cancellationToken) =>
        EventFeed.ProduceAsync(_kafka, events, reader: null, cancellationToken);

    public async Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken)
    {
        var progress = new ReadProgress(events, isFollowed: false);
        await StallGuard.RunAsync(
            reader.Name, stop => reader.ReadAsync(WithNewGroup(), progress, stop), () => progress.Signs, cancellationToken);
        return progress.EventsPerSecond;
    }

    /// <summary>The topic for a new consumer group, which starts at the beginning.</summary>
    public KafkaSettings WithNewGroup()
    {
        var properties = new Dictionary<string, string> { ["group.id"] = $"catfunctions-benchmark-{Guid.NewGuid():N}" };
        return _kafka with { Properties = properties };
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _admin.DeleteTopicsAsync([_kafka.Topic], new DeleteTopicsOptions { RequestTimeout = AdminTimeout });
        }
        catch (KafkaException)
        {
            // Not every broker can delete a topic; its owner then has to.
        }

        _admin.Dispose();
    }

    private static async Task TryCreateAsync(IAdminClient admin, string topic, int partitions)
    {
        try
        {
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = partitions }],
                new CreateTopicsOptions { RequestTimeout = AdminTimeout, OperationTimeout = AdminTimeout });
        }
        catch (KafkaException)
        {
            // Some brokers create a topic only automatically, when they are asked for it. One that does not answer at all
            // will not answer then either, and that is reported.
        }
    }
}

/// <summary>Simulates events and produces them like the local host, but as fast as possible.</summary>
internal static class EventFeed
{
    /// <summary>This many events fit into one partition of an embedded broker.</summary>
    private const int MaxWaiting = 8_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Produces events until the broker has confirmed them all.</summary>
    /// <param name="kafka">The topic.</param>
    /// <param name="events">The number of events.</param>
    /// <param name="reader">If given, producing stays at most <see cref="MaxWaiting"/> events ahead of it.</param>
    /// <param name="cancellationToken">Stops producing.</param>
    /// <exception cref="FailureException">The broker does not answer, or did not accept them all.</exception>
    public static async Task ProduceAsync(
        KafkaSettings kafka, long events, ReadProgress? reader, CancellationToken cancellationToken)
    {
        var status = new PipelineStatus(TimeProvider.System);
        using var producer = new EventProducer(kafka, new InFlightBudget(byteLimit: null), status, kafka.NewConnection(status));
        var produced = 0L;
        foreach (var next in GeneratedEvents.Take(events))
        {
            while (produced - reader?.Events >= MaxWaiting)
            {
                await Task.Delay(Pause, cancellationToken);
            }

            await producer.ProduceAsync(next, cancellationToken);
            produced++;
        }

        await producer.FlushAsync(cancellationToken);
        if (status.Produced < events)
        {
            throw new FailureException(
                $"Only {status.Produced} of {events} events could be produced: {status.LastError?.Message ?? "stopped"}");
        }
    }
}

/// <summary>What the local host's clients need, without its dependency injection.</summary>
internal static class KafkaSettingsExtensions
{
    public static BrokerConnection NewConnection(this KafkaSettings kafka, PipelineStatus status) =>
        new(kafka, status, TimeProvider.System, NullLogger<BrokerConnection>.Instance);
}
