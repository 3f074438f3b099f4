using BenchmarkDotNet.Attributes;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Benchmarks.Micro;

/// <summary>Folds lines of the log into new analytics. Figures are per line.</summary>
[InProcess]
[MemoryDiagnoser]
public class FoldLines
{
    private const int Events = 100_000;

    private static readonly SegmentName Segment = new(LogKind.Events, SegmentName.HourOf(DateTimeOffset.UtcNow), 0, 1, 0);

    private ReadOnlyMemory<byte> _lines;

    [GlobalSetup]
    public void Write() => _lines = RecordBatches.Splice(RecordBatches.Take(Events, partitions: 1, Events).Single());

    [Benchmark(OperationsPerInvoke = Events)]
    public void Fold()
    {
        var fold = new AnalyticsState(DateTimeOffset.UtcNow);
        fold.AddEvents(Segment, _lines.Span);
        Require.Equal(Events, fold.Recorded);
    }
}
