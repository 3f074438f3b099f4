using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// A topic on an embedded broker, which cannot keep many events: they are produced while they are read, and the rates
/// are those of both together.
/// </summary>
internal sealed class EmbeddedTopic(int partitions) : ITopic
{
    private const string Topic = "cat_photo_events";

    public string Broker => "embedded; the same process produces the events while they are read";

    public int Partitions => partitions;

    public async Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken)
    {
        using var broker = new EmbeddedBroker(Topic, partitions);
        var kafka = new KafkaSettings(broker.BootstrapServers, Topic, IsEmbedded: true, new Dictionary<string, string>());
        var progress = new ReadProgress(events, isFollowed: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] tasks =
        [
            EventFeed.ProduceAsync(kafka, events, progress, stop.Token),
            reader.ReadAsync(kafka, progress, stop.Token),
        ];
        await foreach (var task in Task.WhenEach(tasks))
        {
            if (!task.IsCompletedSuccessfully)
            {
                await stop.CancelAsync();
            }
        }

        await Task.WhenAll(tasks);
        return progress.EventsPerSecond;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
