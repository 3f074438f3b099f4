using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Telemetry;

namespace CatFunctions.Core.EventLog;

/// <summary>Appends consumed records to the event log, or to the dead letters with a reason: each exactly once.</summary>
/// <param name="store">Where the logs are.</param>
/// <param name="clock">Tells the hour of an append.</param>
/// <param name="metrics">Told of each recorded batch, if given.</param>
public sealed class EventRecorder(ISegmentStore store, TimeProvider clock, PipelineMetrics? metrics = null) : IDisposable
{
    // Appends mostly wait, for a disk or for an answer, so that a few more than the usual cores pay. Each may hold 8 MiB.
    internal const int Workers = 4;

    private readonly PartitionWorkers _workers = new(Workers);
    private readonly ValidatedBatch _batch = new();
    private readonly Dictionary<int, PartitionRecorder> _partitions = [];
    private readonly SemaphoreSlim _oneBatch = new(1, 1);
    private long _redelivered;

    /// <summary>How many records were delivered again and skipped, since the recorder was made.</summary>
    public long Redelivered => Interlocked.Read(ref _redelivered);

    /// <summary>Records a batch. When it returns, the whole batch is durable and its offsets may be committed.</summary>
    /// <param name="batch">Records of any partitions; those of one partition in the order of their delivery.</param>
    /// <param name="cancellationToken">Gives up between two appends.</param>
    /// <exception cref="EventLogException">The log cannot be read or written. Give the same batch again: nothing is stored twice, and what was stored counts as redelivered.</exception>
    public async Task<RecordResult> RecordAsync(IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken)
    {
        using var trace = PipelineTrace.StartRecording(batch);
        await _oneBatch.WaitAsync(cancellationToken);
        try
        {
            var start = clock.GetTimestamp();
            var newest = Sort(batch);
            var result = await AppendAsync(cancellationToken);
            Interlocked.Add(ref _redelivered, result.Redelivered);
            metrics?.CountBatch(result, newest, clock.GetElapsedTime(start));
            return result;
        }
        catch (Exception exception)
        {
            trace?.Fail(exception);
            throw;
        }
        finally
        {
            _oneBatch.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneBatch.Dispose();

    /// <summary>Gives each partition its records; returns the newest timestamp.</summary>
    private DateTimeOffset Sort(IReadOnlyList<ConsumedRecord> batch)
    {
        foreach (var partition in _partitions.Values)
        {
            partition.Clear();
        }

        _batch.Validate(batch);
        var newest = DateTimeOffset.MinValue;
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            Of(record.Partition).Add(i, record.Offset, _batch.IsEvent(i));
            newest = record.Timestamp > newest ? record.Timestamp : newest;
        }

        return newest;
    }

    private async Task<RecordResult> AppendAsync(CancellationToken cancellationToken)
    {
        var partitions = _partitions.Values;
        var deadLetters = await _workers.RunAsync(
            partitions.Where(partition => partition.HasDeadLetters),
            (partition, pending) => partition.AppendDeadLettersAsync(pending, cancellationToken));
        var events = await _workers.RunAsync(
            partitions.Where(partition => partition.HasEvents),
            (partition, pending) => partition.AppendEventsAsync(pending, cancellationToken));
        return deadLetters + events + new RecordResult(0, 0, 0, partitions.Sum(partition => partition.Gaps));
    }

    private PartitionRecorder Of(int partition)
    {
        if (!_partitions.TryGetValue(partition, out var recorder))
        {
            _partitions[partition] = recorder = new PartitionRecorder(
                _batch,
                new PartitionLog(store, LogKind.Events, partition, new EventLine(), RollPolicy.Default, clock),
                new PartitionLog(store, LogKind.DeadLetters, partition, new DeadLetterLine(), RollPolicy.Default, clock));
        }

        return recorder;
    }
}
