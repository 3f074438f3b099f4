using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Benchmarks.Micro;

/// <summary>
/// Records batches of about 4 MB, in three partitions, to a new log of files: each is validated, compared with what is
/// there, spliced, appended and flushed to disk. Figures are per event.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "Each iteration ends with End.")]
public class AppendBatch
{
    private const int BatchSize = 10_000;
    private const int Events = 20 * BatchSize;
    private const int Partitions = 3;

    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, nameof(AppendBatch));
    private ConsumedRecord[][] _batches = [];
    private EventRecorder? _recorder;

    [GlobalSetup]
    public void Generate() => _batches = [.. RecordBatches.Take(BatchSize + Events, Partitions, BatchSize)];

    /// <summary>The first batch is not measured: with it a recorder gets its buffers, which it keeps.</summary>
    [IterationSetup]
    public void Begin()
    {
        _recorder = new EventRecorder(new FileSegmentStore(_folder), TimeProvider.System);
        _recorder.RecordAsync(_batches[0], CancellationToken.None).GetAwaiter().GetResult();
    }

    [IterationCleanup]
    public void End()
    {
        _recorder!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public async Task RecordAsync()
    {
        var recorded = 0;
        foreach (var batch in _batches.Skip(1))
        {
            recorded += (await _recorder!.RecordAsync(batch, CancellationToken.None)).Recorded;
        }

        Require.Equal(Events, recorded);
    }
}
