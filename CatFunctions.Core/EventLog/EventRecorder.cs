using System.Collections.Concurrent;
using System.Globalization;
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

    /// <summary>Its headers, in their order. Only a dead letter must have them here: its line keeps them.</summary>
    public IReadOnlyList<RecordHeader>? Headers { get; init; }

    /// <summary>What its value was found to be, if somebody has looked already.</summary>
    public EventCheck? Check { get; init; }

    /// <summary>Its header <c>traceparent</c>, the span it was produced in; empty if it has none.</summary>
    internal ReadOnlyMemory<byte> TraceParent => Headers?.FirstOrDefault(header => header.Key == EventHeaders.TraceParent)?.Value;

    private static ReadOnlyMemory<byte>? Memory(byte[]? array) =>
        array is null ? default(ReadOnlyMemory<byte>?) : array.AsMemory();
}

/// <summary>What the value of a record is.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Reason">Why it is not an event, for a person to read; null if it is one.</param>
public readonly record struct EventCheck(EventId Id, string? Reason)
{
    /// <summary>Checks a value; null is that of a tombstone.</summary>
    public static EventCheck Of(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes)
        {
            return new EventCheck(default, "the record has no value");
        }

        CatEvent.TryRead(bytes.Span, out var catEvent, out var reason);
        return new EventCheck(catEvent.Id, reason);
    }
}

/// <summary>What became of a batch of records. The first three add up to the batch.</summary>
/// <param name="Recorded">Events appended to the log.</param>
/// <param name="Redelivered">Records that the log already held, copies at other offsets included.</param>
/// <param name="DeadLettered">Records appended to the dead letters.</param>
/// <param name="Gaps">Offsets that were skipped over: how many are in <see cref="Skipped"/>.</param>
public sealed record RecordResult(int Recorded, int Redelivered, int DeadLettered, long Gaps)
{
    /// <summary>Between the end of the log and the records of the batch, the offsets that came with none of them.</summary>
    public IReadOnlyList<OffsetRange> Skipped { get; init; } = [];
}

/// <summary>Offsets of a partition that follow one another.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
public readonly record struct OffsetRange(int Partition, long First, long Last)
{
    /// <summary>How many there are.</summary>
    public long Count => Last - First + 1;

    /// <summary>The range in words.</summary>
    public override string ToString() => First == Last
        ? $"offset {First} of partition {Partition}"
        : $"offsets {First} to {Last} of partition {Partition}";

    /// <summary>What to say of ranges that did not come: "offsets 5 to 9 of partition 0 were not delivered".</summary>
    public static string DescribeUndelivered(IReadOnlyList<OffsetRange> ranges)
    {
        const int MaxNamed = 3;
        var named = string.Join(", ", ranges.Take(MaxNamed));
        var more = ranges.Count > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $" and {ranges.Count - MaxNamed} more ranges") : "";
        return $"{named}{more} {(ranges is [{ Count: 1 }] ? "was" : "were")} not delivered";
    }

    /// <summary>What is left of it without some other ranges, in order.</summary>
    internal IEnumerable<OffsetRange> Without(IEnumerable<OffsetRange> others)
    {
        var rest = this;
        foreach (var other in others.Where(Overlaps).OrderBy(other => other.First))
        {
            if (other.First > rest.First && other.First <= rest.Last)
            {
                yield return rest with { Last = other.First - 1 };
            }

            rest = rest with { First = Math.Max(rest.First, Math.Min(other.Last, rest.Last) + 1) };
        }

        if (rest.First <= rest.Last)
        {
            yield return rest;
        }
    }

    private bool Overlaps(OffsetRange other) =>
        other.Partition == Partition && other.First <= Last && other.Last >= First;
}

/// <summary>Appends consumed records to the event log, or to the dead letters with a reason: each exactly once.</summary>
/// <param name="metrics">Told of each recorded batch, if given.</param>
public sealed class EventRecorder(ISegmentStore store, TimeProvider clock, PipelineMetrics? metrics = null) : IDisposable
{
    /// <summary>How many ranges of missing offsets are remembered.</summary>
    public const int MaxMissing = 100;

    /// <summary>
    /// How many partitions are appended to at once. Appends mostly wait, for a disk or for an answer, so that a few more
    /// than the usual cores pay; but each may hold 8 MiB of lines.
    /// </summary>
    internal const int Workers = 4;

    // Long enough that handing it to another thread does not show: about 100 µs.
    private const int RecordsCheckedAtOnce = 1024;

    private readonly Dictionary<int, Partition> _partitions = [];
    private readonly ConcurrentBag<LineBuffer> _buffers = [];
    private readonly SemaphoreSlim _oneBatch = new(1, 1);
    private readonly Lock _lock = new();
    private EventCheck[] _checks = [];
    private long _redelivered;
    private volatile IReadOnlyList<OffsetRange> _missing = [];

    /// <summary>How many records were delivered again and skipped, since the recorder was made.</summary>
    public long Redelivered => Interlocked.Read(ref _redelivered);

    /// <summary>
    /// What the log lacks, oldest first: offsets that were skipped over, or that the log has lost, since the recorder was
    /// made, and that have not come since; at most <see cref="MaxMissing"/> ranges. Where the topic is compacted or
    /// written in transactions that is normal.
    /// </summary>
    public IReadOnlyList<OffsetRange> Missing => _missing;

    /// <summary>Called when a batch is durable in the log.</summary>
    public event Action? Appended;

    /// <summary>Records a batch. When it returns, the whole batch is durable and its offsets may be committed.</summary>
    /// <param name="batch">Records of any partitions; those of one partition in the order of their delivery.</param>
    /// <param name="cancellationToken">Gives up between two appends.</param>
    /// <exception cref="LostRecordsException">
    /// The log has lost records that it held. Read them again where that is possible, or give the same batch again: that
    /// is recorded then, and the loss stays in <see cref="Missing"/>.
    /// </exception>
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
            var partitions = _partitions.Values.Where(partition => partition.HasRecords).ToArray();
            var deadLettered = await ForEachAsync(
                partitions,
                partition => partition.NeedsTail || partition.HasDeadLetters,
                async (partition, buffer) =>
                {
                    await partition.BeginAsync(cancellationToken);
                    return await partition.AppendDeadLettersAsync(buffer, cancellationToken);
                },
                cancellationToken);
            var recorded = await ForEachAsync(
                partitions,
                partition => partition.HasEvents,
                (partition, buffer) => partition.AppendEventsAsync(buffer, cancellationToken),
                cancellationToken);
            OffsetRange[] skipped = [.. partitions.SelectMany(partition => partition.End())];
            UpdateMissing(skipped, [.. partitions.SelectMany(partition => partition.Runs)]);
            var result = new RecordResult(
                recorded, batch.Count - recorded - deadLettered, deadLettered, skipped.Sum(range => range.Count))
            {
                Skipped = skipped,
            };
            Interlocked.Add(ref _redelivered, result.Redelivered);
            Appended?.Invoke();
            metrics?.CountBatch(
                result.Recorded, result.Redelivered, result.DeadLettered, result.Gaps, newest, clock.GetElapsedTime(start));
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

    /// <summary>
    /// Where a consumer that can choose begins: at the last offset that the event log holds, so that the first record that
    /// comes proves, by <see cref="HoldsAsync"/>, that it is still the same topic; null: at the beginning.
    /// </summary>
    /// <exception cref="EventLogException">The log cannot be read, or has lost records: ask again.</exception>
    public Task<long?> FindLastOffsetAsync(int partition, CancellationToken cancellationToken) =>
        BetweenBatchesAsync(() => Of(partition).FindLastOffsetAsync(cancellationToken), cancellationToken);

    /// <summary>Whether one of the logs holds this very record at its offset.</summary>
    /// <exception cref="EventLogException">The log cannot be read, or has lost records: ask again.</exception>
    public Task<bool> HoldsAsync(ConsumedRecord record, CancellationToken cancellationToken) =>
        BetweenBatchesAsync(() => Of(record.Partition).HoldsAsync(new LogEntry(record, Reason: null), cancellationToken), cancellationToken);

    public void Dispose() => _oneBatch.Dispose();

    /// <summary>Gives each partition its records; returns the newest timestamp.</summary>
    private DateTimeOffset Sort(IReadOnlyList<ConsumedRecord> batch)
    {
        Check(batch);
        var newest = DateTimeOffset.MinValue;
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            var (id, reason) = _checks[i];
            Of(record.Partition).Add(new LogEntry(record, reason is null ? null : EventHeaders.WhyBinary(record.Headers) ?? reason, id));
            newest = record.Timestamp > newest ? record.Timestamp : newest;
        }

        return newest;
    }

    private Partition Of(int number)
    {
        if (!_partitions.TryGetValue(number, out var partition))
        {
            _partitions[number] = partition = new Partition(number, store, clock);
        }

        return partition;
    }

    private async Task<T> BetweenBatchesAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        await _oneBatch.WaitAsync(cancellationToken);
        try
        {
            return await ask();
        }
        catch (LostRecordsException lost)
        {
            Learn(lost);
            throw;
        }
        finally
        {
            _oneBatch.Release();
        }
    }

    private void Learn(LostRecordsException lost)
    {
        Of(lost.Offsets.Partition).ForgetTail();
        UpdateMissing([lost.Offsets], []);
    }

    private void UpdateMissing(OffsetRange[] missing, OffsetRange[] arrived)
    {
        lock (_lock)
        {
            if (missing.Length > 0 || _missing.Count > 0)
            {
                _missing = [.. _missing.SelectMany(range => range.Without(arrived)).Concat(missing).Distinct().TakeLast(MaxMissing)];
            }
        }
    }

    private void Check(IReadOnlyList<ConsumedRecord> batch)
    {
        if (_checks.Length < batch.Count)
        {
            _checks = new EventCheck[batch.Count];
        }

        if (batch.Count <= RecordsCheckedAtOnce || batch[0].Check is not null)
        {
            Check(0, batch.Count);
        }
        else
        {
            Parallel.ForEach(
                Partitioner.Create(0, batch.Count, RecordsCheckedAtOnce), range => Check(range.Item1, range.Item2));
        }

        void Check(int start, int end)
        {
            for (var i = start; i < end; i++)
            {
                var record = batch[i];
                _checks[i] = record.Check ?? EventCheck.Of(record.Value);
            }
        }
    }

    /// <summary>
    /// Appends for a few partitions at once. After one has failed no further one is begun, as the next would likely wait
    /// for the same outage; when this returns or throws, nothing is being appended any more.
    /// </summary>
    /// <returns>How many records were appended; the others are redeliveries.</returns>
    private async Task<int> ForEachAsync(
        Partition[] partitions,
        Func<Partition, bool> isConcerned,
        Func<Partition, LineBuffer, Task<int>> appendAsync,
        CancellationToken cancellationToken)
    {
        var appended = 0;
        partitions = Array.FindAll(partitions, partition => isConcerned(partition));
        if (partitions.Length == 1)
        {
            // The usual small batch of one partition needs no other thread.
            await AppendPartitionAsync(partitions[0]);
        }
        else if (partitions.Length > 1)
        {
            // What was begun is not cancelled by the failure of another: only so is it known what was appended.
            var options = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(partitions, options, async (partition, _) => await AppendPartitionAsync(partition));
        }

        return appended;

        async Task AppendPartitionAsync(Partition partition)
        {
            if (!_buffers.TryTake(out var buffer))
            {
                buffer = new LineBuffer();
            }

            try
            {
                Interlocked.Add(ref appended, await appendAsync(partition, buffer));
            }
            catch (LostRecordsException lost)
            {
                Learn(lost);
                throw;
            }
            finally
            {
                _buffers.Add(buffer);
            }
        }
    }

    /// <summary>The logs of a partition, and what a batch holds for them.</summary>
    private sealed class Partition
    {
        private readonly int _number;
        private readonly PartitionLog _eventLog;
        private readonly PartitionLog _deadLetterLog;
        private readonly PartitionLog _copyLog;
        private readonly List<LogEntry> _events = [];
        private readonly List<LogEntry> _deadLetters = [];
        private readonly List<OffsetRange> _runs = [];
        private readonly List<OffsetRange> _skipped = [];

        // The offset that comes next if none is skipped over; null until both tails are known.
        private long? _nextOffset;
        private int _generation;

        public Partition(int number, ISegmentStore store, TimeProvider clock)
        {
            _number = number;
            _copyLog = new PartitionLog(store, LogKind.Copies, number, new CopyLine(), RollPolicy.Default, clock);
            _eventLog = new PartitionLog(store, LogKind.Events, number, new EventLine(), RollPolicy.Default, clock)
            {
                Copies = _copyLog,
                Ids = new RecordedIds(store, number, clock),
            };
            _deadLetterLog = new PartitionLog(store, LogKind.DeadLetters, number, new DeadLetterLine(), RollPolicy.Default, clock)
            {
                Other = _eventLog,
            };
            _eventLog.Other = _deadLetterLog;
        }

        public bool HasRecords => _runs.Count > 0;

        public bool HasEvents => _events.Count > 0;

        public bool HasDeadLetters => _deadLetters.Count > 0;

        /// <summary>The offsets of the batch that follow one another, in the order of their delivery.</summary>
        public IReadOnlyList<OffsetRange> Runs => _runs;

        /// <summary>Whether the tails of the logs have to be read: for the first time, or since offsets seem to be skipped over.</summary>
        public bool NeedsTail => _nextOffset is not { } next || FindSkipped(next).Any();

        public void Add(in LogEntry entry)
        {
            var offset = entry.Record.Offset;
            if (HasRecords && _runs[^1].Last + 1 == offset)
            {
                _runs[^1] = _runs[^1] with { Last = offset };
            }
            else
            {
                _runs.Add(new OffsetRange(_number, offset, offset));
            }

            (entry.Reason is null ? _events : _deadLetters).Add(entry);
        }

        /// <summary>Learns what was skipped over. Another recorder may have recorded it meanwhile, so the logs are asked.</summary>
        public async Task BeginAsync(CancellationToken cancellationToken)
        {
            if (NeedsTail)
            {
                await _eventLog.LoadAsync(again: true, cancellationToken);
                await _deadLetterLog.LoadAsync(again: true, cancellationToken);
                await _copyLog.LoadAsync(again: true, cancellationToken);
                long?[] known = [_nextOffset, _eventLog.End, _deadLetterLog.End, _copyLog.End];
                var next = known.Max() ?? _runs[0].First;
                _skipped.AddRange(FindSkipped(next));
                _nextOffset = Math.Max(next, _runs.Max(run => run.Last) + 1);
                _generation = _eventLog.Generation;
            }
        }

        public Task<int> AppendDeadLettersAsync(LineBuffer buffer, CancellationToken cancellationToken) =>
            _deadLetterLog.AppendAsync(_deadLetters, buffer, cancellationToken);

        public Task<int> AppendEventsAsync(LineBuffer buffer, CancellationToken cancellationToken) =>
            _eventLog.AppendAsync(_events, buffer, cancellationToken);

        /// <summary>All of the batch is in the logs.</summary>
        /// <returns>What was skipped over.</returns>
        public OffsetRange[] End()
        {
            // In a topic that was created again, offsets start again.
            var last = _eventLog.Generation == _generation ? Math.Max(_runs.Max(run => run.Last), _nextOffset - 1 ?? 0) : _runs[^1].Last;
            (_nextOffset, _generation) = (last + 1, _eventLog.Generation);
            OffsetRange[] skipped = [.. _skipped];
            _skipped.Clear();
            return skipped;
        }

        public void Clear()
        {
            _events.Clear();
            _deadLetters.Clear();
            _runs.Clear();
        }

        /// <summary>The logs do not end any more where they ended.</summary>
        public void ForgetTail() => _nextOffset = null;

        public Task<long?> FindLastOffsetAsync(CancellationToken cancellationToken) => _eventLog.FindLastOffsetAsync(cancellationToken);

        public async Task<bool> HoldsAsync(LogEntry entry, CancellationToken cancellationToken)
        {
            await _eventLog.LoadAsync(again: false, cancellationToken);
            await _deadLetterLog.LoadAsync(again: false, cancellationToken);
            return await _eventLog.HoldsAsync(entry, cancellationToken) || await _deadLetterLog.HoldsAsync(entry, cancellationToken);
        }

        private IEnumerable<OffsetRange> FindSkipped(long next)
        {
            foreach (var run in _runs)
            {
                if (run.First > next)
                {
                    yield return new OffsetRange(_number, next, run.First - 1);
                }

                next = Math.Max(next, run.Last + 1);
            }
        }
    }
}
