namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A topic of generated events.</summary>
internal interface ITopic : IAsyncDisposable
{
    /// <summary>What it is on, for the table.</summary>
    string Broker { get; }

    /// <summary>How many partitions it has.</summary>
    int Partitions { get; }

    /// <summary>Lets a reader read events from the beginning; returns the events per second.</summary>
    Task<double> MeasureAsync(ITopicReader reader, long events, CancellationToken cancellationToken);
}
