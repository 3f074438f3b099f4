using System.Diagnostics;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A topic of its own on a broker elsewhere, deleted at the end. Its readers find all events there.</summary>
internal sealed class FilledTopic : ITopic
{
    private static readonly TimeSpan AdminTimeout = TimeSpan.FromSeconds(5);

    private readonly KafkaSettings _kafka;
    private readonly IAdminClient _admin;

    private FilledTopic(KafkaSettings kafka, IAdminClient admin, int partitions) =>
        (_kafka, _admin, Partitions) = (kafka, admin, partitions);

    public string Broker => _kafka.BootstrapServers;

    /// <summary>As many as were asked for, or else as many as the broker gives to a topic.</summary>
    public int Partitions { get; }

    /// <summary>Creates the topic.</summary>
    /// <exception cref="FailureException">The broker does not answer, or makes no topic.</exception>
    public static async Task<FilledTopic> CreateAsync(string brokers, int partitions, CancellationToken cancellationToken)
    {
        var kafka = new KafkaSettings(
            brokers, $"catfunctions-benchmark-{Guid.NewGuid():N}", IsEmbedded: false, new Dictionary<string, string>());
        var health = kafka.NewHealth(new PipelineStatus(TimeProvider.System));
        var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers })
            .SetErrorHandler((_, error) => health.OnError(error))
            .SetLogHandler((_, line) => health.OnLog(line))
            .Build();
        try
        {
            await TryCreateAsync(admin, kafka.Topic, partitions);
            await health.WaitUntilReadyAsync(admin.Handle, cancellationToken);
            return new FilledTopic(kafka, admin, admin.GetMetadata(kafka.Topic, AdminTimeout).Topics.Single().Partitions.Count);
        }
        catch
        {
            admin.Dispose();
            throw;
        }
    }

    /// <summary>Fills it; returns the events per second.</summary>
    public async Task<double> FillAsync(long events, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await EventFeed.ProduceAsync(_kafka, events, reader: null, cancellationToken);
        return events / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken)
    {
        var progress = new ReadProgress(events, isFollowed: false);
        await StallGuard.RunAsync(
            reader.Name, stop => reader.ReadAsync(WithNewGroup(), progress, stop), () => progress.Signs, cancellationToken);
        return progress.EventsPerSecond;
    }

    /// <summary>The topic for a consumer group of its own, which begins at the beginning.</summary>
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
            // Not every broker can; it is then up to its owner.
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
            // Some brokers make a topic only by themselves, when they are asked for it. One that does not answer at all
            // will not answer then either, and that is told.
        }
    }
}
