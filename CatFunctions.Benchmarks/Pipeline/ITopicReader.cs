using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Something that reads all events of a topic and does something with them.</summary>
internal interface ITopicReader
{
    /// <summary>What it is, for the table.</summary>
    string Name { get; }

    /// <summary>What this machine lacks to run it; null if nothing.</summary>
    string? FindMissing() => null;

    /// <summary>Reads as many events as the progress has in total, from the beginning of the topic.</summary>
    Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken);
}
