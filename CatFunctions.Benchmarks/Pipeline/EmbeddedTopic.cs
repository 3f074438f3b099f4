using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// A topic on an embedded broker, which cannot keep many events: they are produced while they are read, and the rates
/// are those of both together.
/// </summary>
internal sealed class EmbeddedTopic(int partitions) : ITopic
{
    private const string Topic = "cat_photo_events";

    public string Broker => "embedded";

    public int Partitions => partitions;

    public async Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken)
    {
        using var broker = new EmbeddedBroker(Topic, partitions);
        var kafka = new KafkaSettings(broker.BootstrapServers, Topic, IsEmbedded: true, new Dictionary<string, string>());
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

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
