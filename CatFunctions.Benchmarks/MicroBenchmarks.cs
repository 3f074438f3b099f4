using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Benchmarks;

/// <summary>Simulates the users of a tick and writes their events. Figures are per event.</summary>
[InProcess]
[MemoryDiagnoser]
public class SimulateTick
{
    /// <summary>The number of events of <see cref="GeneratedEvents.FixedTick"/>.</summary>
    private const int Events = 49_458;

    private readonly Tick _tick = GeneratedEvents.FixedTick;

    [GlobalSetup]
    public void Check()
    {
        using var events = GeneratedEvents.Write(_tick);
        Require.Equal(Events, events.Count);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int SimulateAndSerialize()
    {
        using var events = GeneratedEvents.Write(_tick);
        return events.Count;
    }
}

/// <summary>Checks the values of valid events. Figures are per event.</summary>
[InProcess]
[MemoryDiagnoser]
public class ValidateEvent
{
    private const int Events = 10_000;

    private byte[][] _values = [];

    [GlobalSetup]
    public void Generate() => _values = [.. GeneratedEvents.Take(Events).Select(produced => produced.Value.ToArray())];

    [Benchmark(OperationsPerInvoke = Events)]
    public void Validate()
    {
        foreach (var value in _values)
        {
            Require.Equal(true, CatEvent.TryRead(value, out _, out _));
        }
    }
}

/// <summary>
/// Records batches of about 4 MB, in three partitions, to a new log of files: each is validated, compared with the log,
/// spliced, appended and flushed to disk. Figures are per event.
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

    /// <summary>The first batch is not measured: with it a recorder allocates the buffers that it keeps.</summary>
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
