using System.Buffers;
using BenchmarkDotNet.Attributes;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog;

namespace CatFunctions.Benchmarks.Micro;

/// <summary>Folds lines of the log into new analytics. Figures are per line.</summary>
[InProcess]
[MemoryDiagnoser]
public class FoldLines
{
    private const int Events = 100_000;

    private static readonly Segment Segment = new(LogNames.Events, Segment.HourOf(DateTimeOffset.UtcNow), 0, 1, 0);

    private ReadOnlyMemory<byte> _lines;

    [GlobalSetup]
    public void Write()
    {
        var lines = new ArrayBufferWriter<byte>();
        var format = new EventLine();
        foreach (var record in RecordBatches.Take(Events, partitions: 1, Events).Single())
        {
            format.Write(lines, new LogEntry(record, Reason: null));
        }

        _lines = lines.WrittenMemory;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public void Fold()
    {
        var fold = new LogFold(DateTimeOffset.UtcNow);
        fold.AddEvents(Segment, _lines.Span);
        Require.Equal(Events, fold.Recorded);
    }
}
