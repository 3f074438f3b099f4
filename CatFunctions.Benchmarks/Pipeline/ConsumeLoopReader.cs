using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// The usual loop over Confluent.Kafka, which does nothing with what it gets. It has the recorder's settings, and as the
/// recorder it asks for no headers: both make it faster.
/// </summary>
internal sealed class ConsumeLoopReader : ITopicReader
{
    private const int ReportInterval = 1000;

    public string Name => "bare consume loop (Confluent.Kafka)";

    public Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Read(kafka, progress, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private static void Read(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken)
    {
        var config = kafka.ForConsumer();
        config.ConsumeResultFields = "timestamp";
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Subscribe(kafka.Topic);
        for (var events = 1L; events <= progress.Total; events++)
        {
            consumer.Consume(cancellationToken);
            if (events % ReportInterval == 1)
            {
                progress.Begin();
                progress.Report(events);
            }
        }

        progress.End();
        consumer.Close();
    }
}
