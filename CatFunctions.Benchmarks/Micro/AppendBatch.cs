using BenchmarkDotNet.Attributes;
using CatFunctions.Core.EventLog;

namespace CatFunctions.Benchmarks.Micro;

/// <summary>
/// Records batches of about 4 MiB, in three partitions, to a new log of files: each is validated, compared with what is
/// there, spliced, appended and flushed to disk. Figures are per event.
/// </summary>
[InProcess]
[MemoryDiagnoser]
public class AppendBatch
{
    private const int Events = 240_000;
    private const int BatchSize = 12_000;
    private const int Partitions = 3;

    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, nameof(AppendBatch));
    private ConsumedRecord[][] _batches = [];

    [GlobalSetup]
    public void Generate() => _batches = [.. RecordBatches.Take(Events, Partitions, BatchSize)];

    [IterationCleanup]
    public void DeleteLog() => Directory.Delete(_folder, recursive: true);

    [Benchmark(OperationsPerInvoke = Events)]
    public async Task RecordAsync()
    {
        using var recorder = new EventRecorder(new FileSegmentStore(_folder), TimeProvider.System);
        var recorded = 0;
        foreach (var batch in _batches)
        {
            recorded += (await recorder.RecordAsync(batch, CancellationToken.None)).Recorded;
        }

        Require.Equal(Events, recorded);
    }
}
