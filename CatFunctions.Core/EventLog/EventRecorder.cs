using System.Collections.Concurrent;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Core.Telemetry;

namespace CatFunctions.Core.EventLog;

/// <summary>A record as it was consumed from a Kafka topic.</summary>
/// <param name="Partition">The partition it came from.</param>
/// <param name="Offset">Its offset in the partition.</param>
/// <param name="Timestamp">Its Kafka timestamp.</param>
/// <param name="Key">Its key; null if it has none.</param>
/// <param name="Value">Its value; null for a tombstone.</param>
public readonly record struct ConsumedRecord(
    int Partition,
    long Offset,
    DateTimeOffset Timestamp,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value)
{
    /// <summary>A record from arrays. A missing one stays missing; its implicit conversion to memory would be empty.</summary>
    public ConsumedRecord(int partition, long offset, DateTimeOffset timestamp, byte[]? key, byte[]? value)
        : this(partition, offset, timestamp, Memory(key), Memory(value))
    {
    }

    /// <summary>Its header <c>traceparent</c>, the span it was produced in; empty if it has none.</summary>
    public ReadOnlyMemory<byte> TraceParent { get; init; }

    private static ReadOnlyMemory<byte>? Memory(byte[]? array) =>
        array is null ? default(ReadOnlyMemory<byte>?) : array.AsMemory();
}

/// <summary>What became of a batch of records. The first three add up to the batch.</summary>
/// <param name="Recorded">Events appended to the log.</param>
/// <param name="Redelivered">Records that the log already held.</param>
/// <param name="DeadLettered">Records appended to the dead letters.</param>
/// <param name="Gaps">Offsets that were skipped over, as compaction and transactions do.</param>
public readonly record struct RecordResult(int Recorded, int Redelivered, int DeadLettered, long Gaps);

/// <summary>Appends consumed records to the event log, or to the dead letters with a reason: each exactly once.</summary>
/// <param name="store">Where the logs are.</param>
/// <param name="clock">Tells the hour of an append.</param>
/// <param name="metrics">Told of each recorded batch, if given.</param>
public sealed class EventRecorder(ISegmentStore store, TimeProvider clock, PipelineMetrics? metrics = null) : IDisposable
{
    /// <summary>
    /// How many partitions are appended to at once. Appends mostly wait, for a disk or for an answer, so that a few more
    /// than the usual cores pay; but each may hold 8 MiB of lines.
    /// </summary>
    internal const int Workers = 4;

    // Long enough that handing it to another thread does not show: about 100 µs.
    private const int RecordsValidatedAtOnce = 1024;

    private readonly Dictionary<int, Partition> _partitions = [];
    private readonly ConcurrentBag<LineBuffer> _buffers = [];
    private readonly SemaphoreSlim _oneBatch = new(1, 1);
    private string?[] _reasons = [];
    private long _redelivered;

    /// <summary>How many records were delivered again and skipped, since the recorder was made.</summary>
    public long Redelivered => Interlocked.Read(ref _redelivered);

    /// <summary>Records a batch. When it returns, the whole batch is durable and its offsets may be committed.</summary>
    /// <param name="batch">Records of any partitions; those of one partition in the order of their delivery.</param>
    /// <param name="cancellationToken">Gives up between two appends.</param>
    /// <exception cref="EventLogException">
    /// The log cannot be read or written. Give the same batch again: nothing is stored twice, and what was stored counts
    /// as redelivered.
    /// </exception>
    public async Task<RecordResult> RecordAsync(IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken)
    {
        using var trace = PipelineTrace.StartRecording(batch.Count, batch.Select(record => record.TraceParent));
        await _oneBatch.WaitAsync(cancellationToken);
        try
        {
            var start = clock.GetTimestamp();
            var newest = Sort(batch);
            var deadLettered = await AppendAsync(log => log.DeadLetters, cancellationToken);
            var recorded = await AppendAsync(log => log.Events, cancellationToken);
            var result = new RecordResult(
                recorded, batch.Count - recorded - deadLettered, deadLettered, _partitions.Values.Sum(partition => partition.Gaps));
            Interlocked.Add(ref _redelivered, result.Redelivered);
            metrics?.CountBatch(
                result.Recorded, result.Redelivered, result.DeadLettered, newest, clock.GetElapsedTime(start));
            return result;
        }
        catch (Exception exception)
        {
            trace?.Fail(exception);
            throw;
        }
        finally
        {
            foreach (var partition in _partitions.Values)
            {
                partition.Clear();
            }

            _oneBatch.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneBatch.Dispose();

    /// <summary>Gives each partition its records; returns the newest timestamp.</summary>
    private DateTimeOffset Sort(IReadOnlyList<ConsumedRecord> batch)
    {
        Validate(batch);
        var newest = DateTimeOffset.MinValue;
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            if (!_partitions.TryGetValue(record.Partition, out var partition))
            {
                _partitions[record.Partition] = partition = new Partition(record.Partition, store, clock);
            }

            partition.Add(new LogEntry(record, _reasons[i]));
            newest = record.Timestamp > newest ? record.Timestamp : newest;
        }

        return newest;
    }

    private void Validate(IReadOnlyList<ConsumedRecord> batch)
    {
        if (_reasons.Length < batch.Count)
        {
            _reasons = new string?[batch.Count];
        }

        if (batch.Count <= RecordsValidatedAtOnce)
        {
            Validate(0, batch.Count);
        }
        else
        {
            Parallel.ForEach(
                Partitioner.Create(0, batch.Count, RecordsValidatedAtOnce), range => Validate(range.Item1, range.Item2));
        }

        void Validate(int start, int end)
        {
            for (var i = start; i < end; i++)
            {
                _reasons[i] = "the record has no value";
                if (batch[i].Value is { } value)
                {
                    CatEvent.TryRead(value.Span, out _, out _reasons[i]);
                }
            }
        }
    }

    /// <summary>
    /// Appends to one log of each partition, a few partitions at once. After one has failed no further one is begun, as
    /// the next would likely wait for the same outage; when this returns or throws, nothing is being appended any more.
    /// </summary>
    /// <returns>How many records were appended; the others are redeliveries.</returns>
    private async Task<int> AppendAsync(Func<Partition, Part> log, CancellationToken cancellationToken)
    {
        var appended = 0;
        var parts = _partitions.Values.Select(log).Where(part => part.Entries.Count > 0).ToArray();
        if (parts.Length == 1)
        {
            // The usual small batch of one partition needs no other thread.
            await AppendPartAsync(parts[0]);
        }
        else if (parts.Length > 1)
        {
            // What was begun is not cancelled by the failure of another: only so is it known what was appended.
            var options = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(parts, options, async (part, _) => await AppendPartAsync(part));
        }

        return appended;

        async Task AppendPartAsync(Part part)
        {
            if (!_buffers.TryTake(out var buffer))
            {
                buffer = new LineBuffer();
            }

            try
            {
                Interlocked.Add(ref appended, await part.Log.AppendAsync(part.Entries, buffer, cancellationToken));
            }
            finally
            {
                _buffers.Add(buffer);
            }
        }
    }

    /// <summary>Both logs of a partition, and what the batch holds for them.</summary>
    private sealed class Partition(int number, ISegmentStore store, TimeProvider clock)
    {
        private long? _highestOffset;

        public Part Events { get; } =
            new(new PartitionLog(store, LogKind.Events, number, new EventLine(), RollPolicy.Default, clock), []);

        public Part DeadLetters { get; } =
            new(new PartitionLog(store, LogKind.DeadLetters, number, new DeadLetterLine(), RollPolicy.Default, clock), []);

        /// <summary>How many offsets were skipped over, in and before the batch.</summary>
        public long Gaps { get; private set; }

        public void Add(in LogEntry entry)
        {
            var offset = entry.Record.Offset;
            Gaps += _highestOffset < offset ? offset - _highestOffset.Value - 1 : 0;
            _highestOffset = Math.Max(_highestOffset ?? 0, offset);
            (entry.Reason is null ? Events : DeadLetters).Entries.Add(entry);
        }

        public void Clear()
        {
            Events.Entries.Clear();
            DeadLetters.Entries.Clear();
            Gaps = 0;
        }
    }

    private sealed record Part(PartitionLog Log, List<LogEntry> Entries);
}
