namespace CatFunctions.Tests.Analytics;

/// <summary>A log in a folder of its own, recorded as the pipeline records it, partition by partition.</summary>
internal sealed class CatLog : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<int, long> _nextOffsets = [];
    private int _ticks;

    public CatLog(DateTimeOffset now)
    {
        Clock = new WatchedTimeProvider(now);
        Store = new FileSegmentStore(Root);
        Recorder = new EventRecorder(Store, Clock);
    }

    public string Root => _folder.Path;

    public WatchedTimeProvider Clock { get; }

    public FileSegmentStore Store { get; }

    public EventRecorder Recorder { get; }

    /// <summary>Records events at the next offsets of a partition, each in a tick of its own where it is not told which.</summary>
    public async Task RecordAsync(IEnumerable<TestEvent> lines, int partition = 0) => await Recorder.RecordAsync(
        [.. lines.Select(line => (line with { Tick = line.Tick ?? line.Time.AddMilliseconds(_ticks++) }).ToRecord(partition, NextOffset(partition)))],
        CancellationToken.None);

    /// <summary>Records something that is not an event.</summary>
    public async Task RecordDeadLetterAsync(int partition = 0) =>
        await Recorder.RecordAsync([new ConsumedRecord(partition, NextOffset(partition), Clock.GetUtcNow(), null, null)], CancellationToken.None);

    public void Dispose()
    {
        Recorder.Dispose();
        _folder.Dispose();
    }

    private long NextOffset(int partition)
    {
        var offset = _nextOffsets.GetValueOrDefault(partition);
        _nextOffsets[partition] = offset + 1;
        return offset;
    }
}
