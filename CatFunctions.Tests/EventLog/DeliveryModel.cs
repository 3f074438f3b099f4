namespace CatFunctions.Tests.EventLog;

/// <summary>
/// Kafka as its consumers see it: topics that are created again, offsets with gaps, batches that mix all of this and
/// are delivered again in whole and in part, to two recorders that both believe they own everything. It remembers what was
/// delivered for the first time, which is what the log must hold, in that order, once.
/// </summary>
internal sealed class DeliveryModel : IDisposable
{
    private const int Partitions = 2;
    private const int Recorders = 2;

    private readonly ISegmentStore _store;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 7, 30, 0, TimeSpan.Zero));
    private readonly EventRecorder[] _recorders = new EventRecorder[Recorders];
    private readonly ConsumedRecord[][] _lastBatches = new ConsumedRecord[Recorders][];
    private readonly List<ConsumedRecord>[] _topics = [[], []];
    private readonly int[] _generations = new int[Partitions];
    private readonly long[] _nextOffsets = new long[Partitions];

    public DeliveryModel(ISegmentStore store)
    {
        _store = store;
        for (var recorder = 0; recorder < Recorders; recorder++)
        {
            _recorders[recorder] = new EventRecorder(_store, _clock);
            _lastBatches[recorder] = [];
        }
    }

    /// <summary>What was delivered so far, each record once.</summary>
    public List<ConsumedRecord> Delivered { get; } = [];

    /// <summary>Lets the next thing happen; the number decides what.</summary>
    public Task StepAsync(int number)
    {
        var random = new Random(number);
        var recorder = random.Next(Recorders);
        switch (random.Next(12))
        {
            case 0:
                _recorders[recorder].Dispose();
                _recorders[recorder] = new EventRecorder(_store, _clock);
                _lastBatches[recorder] = [];
                return Task.CompletedTask;
            case 1:
                _clock.AdjustTime(_clock.GetUtcNow().AddMinutes(random.Next(-90, 120)));
                return Task.CompletedTask;
            case 2:
                CreateTopicAgain(random.Next(Partitions));
                return Task.CompletedTask;
            case 3:
                return DeliverAsync(recorder, []);
            case 4 or 5:
                return DeliverAsync(recorder, _lastBatches[recorder][random.Next(_lastBatches[recorder].Length + 1)..]);
            case 6:
                var across = random.Next(Partitions);
                var before = Consume(across, random);
                CreateTopicAgain(across);
                return DeliverAsync(recorder, [.. before, .. Consume(across, random)]);
            default:
                return DeliverAsync(recorder, Mixed(Consume(0, random), Consume(1, random), random));
        }
    }

    public void Dispose() => Array.ForEach(_recorders, recorder => recorder.Dispose());

    private async Task DeliverAsync(int recorder, ConsumedRecord[] batch)
    {
        _lastBatches[recorder] = batch;
        var result = await _recorders[recorder].RecordAsync(batch, CancellationToken.None);
        (result.Recorded + result.Redelivered + result.DeadLettered).ShouldBe(batch.Length);
    }

    private void CreateTopicAgain(int partition)
    {
        _generations[partition]++;
        _nextOffsets[partition] = 0;
        _topics[partition].Clear();
    }

    /// <summary>Some records that were delivered before, up to the newest one, and some new ones.</summary>
    private ConsumedRecord[] Consume(int partition, Random random)
    {
        var topic = _topics[partition];
        var again = random.Next(3) == 0 ? random.Next(topic.Count + 1) : 0;
        for (var count = random.Next(6); count > 0; count--)
        {
            _nextOffsets[partition] += random.Next(8) == 0 ? random.Next(1, 5) : 0;
            var record = NewRecord(partition, _nextOffsets[partition]++, isEvent: random.Next(4) > 0);
            topic.Add(record);
            Delivered.Add(record);
            again++;
        }

        return [.. topic[^again..]];
    }

    private ConsumedRecord NewRecord(int partition, long offset, bool isEvent)
    {
        var tick = $"20261122T{_generations[partition] % 100:D2}0000000Z";
        return isEvent
            ? TestEvents.Event(offset, partition, tick)
            : TestEvents.Record(offset, TestEvents.Utf8($"{tick} {offset}"), partition);
    }

    private static ConsumedRecord[] Mixed(ConsumedRecord[] left, ConsumedRecord[] right, Random random)
    {
        var mixed = new List<ConsumedRecord>();
        for (int i = 0, j = 0; i < left.Length || j < right.Length;)
        {
            var takeLeft = j == right.Length || (i < left.Length && random.Next(2) == 0);
            mixed.Add(takeLeft ? left[i++] : right[j++]);
        }

        return [.. mixed];
    }
}
