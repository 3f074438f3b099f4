using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using CatFunctions.Core.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Consumes the topic as a member of the consumer group, on a thread of its own, in batches. While one batch is being
/// recorded, the next one fills. A few batches are reused, so a slow recorder slows the consumer down.
/// </summary>
/// <remarks>
/// It begins where the log ends, and not at the group's committed offset: the two may be of different times, as after a
/// backup of the log was restored. The last record that the log holds is read again, since only that proves that the topic
/// is still the same; if another one comes, the partition is read from its oldest record on. Offsets are committed all the
/// same, once the log holds their records, for those who watch the group's lag.
/// </remarks>
internal sealed class EventConsumer : IDisposable
{
    private const int BatchCount = 3;

    private readonly KafkaSettings _kafka;
    private readonly BrokerConnection _broker;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly BlockingCollection<RecordBatch> _empty = [];
    private readonly Channel<RecordBatch> _filled = Channel.CreateUnbounded<RecordBatch>();
    private readonly Lock _lock = new();
    private readonly Queue<(int Partition, long Offset)> _rewinds = [];
    private readonly Dictionary<int, int> _lastRewinds = [];
    private int _rewindCount;

    // For each partition that was just assigned, the offset of the record that has to come first. Only the consuming thread
    // uses it, and the callbacks that this thread serves.
    private readonly Dictionary<int, long> _expected = [];
    private readonly StalledPartitions _stalls;
    private IPosition? _position;
    private ExceptionDispatchInfo? _failure;
    private Task _consuming = Task.CompletedTask;
    private bool _isClosed;

    /// <exception cref="UsageException">A librdkafka property is unknown or has an invalid value.</exception>
    public EventConsumer(KafkaSettings kafka, BrokerConnection broker)
    {
        (_kafka, _broker) = (kafka, broker);
        _consumer = KafkaSettings.Build(() =>
            new ConsumerBuilder<Ignore, Ignore>(kafka.ForConsumer())
                .SetErrorHandler((_, error) => broker.OnError(error))
                .SetLogHandler((_, line) => broker.OnLog(line))
                .SetPartitionsAssignedHandler((_, partitions) => FindPositions(partitions))
                .SetPartitionsRevokedHandler((_, partitions) => Release(partitions))
                .SetPartitionsLostHandler((_, partitions) => Release(partitions))
                .Build());
        _stalls = new StalledPartitions(_consumer, kafka.Topic, broker, TimeProvider.System);
        for (var i = 0; i < BatchCount; i++)
        {
            _empty.Add(new RecordBatch(kafka.RecordBatchBytes));
        }
    }

    /// <summary>The batches, in order. Each must be given to <see cref="Complete"/>. Ends after a stop.</summary>
    public ChannelReader<RecordBatch> Batches => _filled.Reader;

    /// <summary>Starts to consume, until stopped.</summary>
    public void Start(IPosition position, CancellationToken stop)
    {
        _position = position;
        _consuming = Task.Factory.StartNew(
            () => Consume(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Consumes a partition again from an offset on. What it has consumed of it until then is outdated.</summary>
    public void Rewind(int partition, long offset)
    {
        lock (_lock)
        {
            _rewinds.Enqueue((partition, offset));
            _lastRewinds[partition] = ++_rewindCount;
        }
    }

    /// <summary>Removes the records from a batch that were consumed before their partition was rewound.</summary>
    public void RemoveOutdated(RecordBatch batch)
    {
        lock (_lock)
        {
            foreach (var (partition, rewind) in _lastRewinds)
            {
                if (batch.Rewinds < rewind)
                {
                    batch.Remove(partition);
                }
                else
                {
                    _lastRewinds.Remove(partition);
                }
            }
        }
    }

    /// <summary>The log holds the batch: its offsets may be committed and its memory is reused.</summary>
    public void Complete(RecordBatch batch)
    {
        foreach (var (partition, nextOffset) in batch.NextOffsets)
        {
            try
            {
                _consumer.StoreOffset(new TopicPartitionOffset(_kafka.Topic, partition, nextOffset));
            }
            catch (KafkaException)
            {
                // The partition now belongs to another member. It may see the records again, and skip them.
            }
        }

        batch.Clear();
        _empty.Add(batch);
    }

    /// <summary>After a stop: commits the stored offsets and leaves the group.</summary>
    /// <exception cref="TimeoutException">The broker did not answer in time. The group notices automatically.</exception>
    public async Task CloseAsync(TimeSpan timeout)
    {
        _isClosed = true;
        await Task.Run(async () =>
        {
            await _consuming;
            _consumer.Close();
        }).WaitAsync(timeout);
    }

    public void Dispose()
    {
        // Closing disposes the client. One that does not stop is left to the end of the process.
        if (!_isClosed && _consuming.Wait(TimeSpan.FromSeconds(1)))
        {
            _consumer.Dispose();
            _empty.Dispose();
        }
    }

    private void Consume(CancellationToken stop)
    {
        try
        {
            _consumer.Subscribe(_kafka.Topic);
            using var reader = new RecordReader(_consumer.Handle, _broker, IsInPlace, _stalls.Explain);
            while (true)
            {
                var batch = _empty.Take(stop);
                while (batch.IsEmpty)
                {
                    stop.ThrowIfCancellationRequested();
                    batch.Rewinds = RewindPartitions(reader);
                    reader.Fill(batch, stop);
                    _failure?.Throw();
                    if (!batch.IsFull)
                    {
                        // In a backlog, what does not come may only wait behind other partitions.
                        _stalls.Check();
                    }
                }

                _filled.Writer.TryWrite(batch);
                _stalls.TellOfAssignment();
            }
        }
        catch (OperationCanceledException)
        {
            _filled.Writer.TryComplete();
        }
        catch (Exception exception)
        {
            _filled.Writer.TryComplete(exception);
        }
    }

    /// <summary>Says where to begin with partitions that were assigned.</summary>
    private List<TopicPartitionOffset> FindPositions(List<TopicPartition> partitions)
    {
        try
        {
            _stalls.Add(partitions);
            return partitions.ConvertAll(partition =>
            {
                var last = _position!.FindLastOffset(partition.Partition);
                if (last is { } offset)
                {
                    _expected[partition.Partition] = offset;
                }
                else
                {
                    _expected.Remove(partition.Partition);
                }

                return new TopicPartitionOffset(partition, last ?? Offset.Beginning);
            });
        }
        catch (Exception exception)
        {
            // librdkafka called, and cannot be thrown at.
            _failure = ExceptionDispatchInfo.Capture(exception);
            return [];
        }
    }

    private void Release(List<TopicPartitionOffset> partitions) => _stalls.Remove(partitions);

    /// <summary>Whether a record may be recorded; if not, its partition is rewound to the oldest record.</summary>
    private bool IsInPlace(ConsumedRecord record)
    {
        if (!_expected.Remove(record.Partition, out var offset)
            || (record.Offset == offset && _position!.Holds(record)))
        {
            return true;
        }

        TrySeek(record.Partition, Offset.Beginning);
        return false;
    }

    /// <summary>Rewinds as requested.</summary>
    /// <returns>How many times this was requested so far.</returns>
    private int RewindPartitions(RecordReader reader)
    {
        while (true)
        {
            (int Partition, long Offset) rewind;
            lock (_lock)
            {
                if (!_rewinds.TryDequeue(out rewind))
                {
                    return _rewindCount;
                }
            }

            if (TrySeek(rewind.Partition, rewind.Offset))
            {
                _expected.Remove(rewind.Partition);
                reader.Drop(rewind.Partition);
            }
        }
    }

    private bool TrySeek(int partition, Offset offset)
    {
        try
        {
            _consumer.Seek(new TopicPartitionOffset(_kafka.Topic, partition, offset));
            return true;
        }
        catch (KafkaException)
        {
            // The partition belongs to another member, or was assigned a moment ago: the log's end decides where that begins.
            return false;
        }
    }
}

/// <summary>What a consumer asks the log. Both methods wait for the answer, and try again until they have one.</summary>
internal interface IPosition
{
    /// <inheritdoc cref="EventRecorder.FindLastOffsetAsync"/>
    long? FindLastOffset(int partition);

    /// <inheritdoc cref="EventRecorder.HoldsAsync"/>
    bool Holds(ConsumedRecord record);
}

/// <summary>
/// Notices partitions that have records which do not come. Not all that librdkafka cannot read is an error to it: a batch
/// that it cannot parse it fetches again and again. To be used by the consuming thread.
/// </summary>
internal sealed class StalledPartitions(
    IConsumer<Ignore, Ignore> consumer, string topic, BrokerConnection broker, TimeProvider clock)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    /// <summary>How many checks in a row must find that nothing has come.</summary>
    private const int Patience = 10;

    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, (long Position, int Checks)> _partitions = [];
    private readonly Dictionary<int, string> _reasons = [];

    /// <summary>The first offset that did not come, for each partition that had one. A rebalance does not change that.</summary>
    private readonly Dictionary<int, long> _missing = [];
    private bool _isAssigned;
    private bool _isNew;
    private long _checked = clock.GetTimestamp();

    public void Add(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _partitions[partition.Partition] = (-1, 0);
        }

        (_isAssigned, _isNew) = (true, true);
    }

    public void Remove(IEnumerable<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
        {
            _partitions.Remove(partition.Partition);
            _reasons.Remove(partition.Partition);
        }

        _isAssigned = _partitions.Count > 0; // else the group is about to assign some, or none
    }

    /// <summary>Receives the reason that librdkafka gives for a record that it cannot read. What follows from it comes later.</summary>
    public void Explain(int partition, string reason) => _reasons.TryAdd(partition, reason);

    /// <summary>
    /// Compares where the consumer is with what the partitions have, once a second. Says nothing while this is not known, as in an
    /// outage of the broker.
    /// </summary>
    public void Check()
    {
        if (!_isAssigned || clock.GetElapsedTime(_checked) < CheckInterval)
        {
            return;
        }

        _checked = clock.GetTimestamp();
        TellOfAssignment();
        try
        {
            var problems = FindProblems();
            if (problems is not [] || _partitions.All(partition => IsDecided(partition.Key, partition.Value)))
            {
                broker.OnUnreadable(problems is [] ? null : string.Join(' ', problems));
            }
        }
        catch (KafkaException)
        {
            // An outage of the broker, which says so itself.
        }
    }

    /// <summary>Asks who has the other partitions. Not at the assignment itself: the first records would wait for the answer.</summary>
    public void TellOfAssignment()
    {
        if (_isNew)
        {
            _isNew = false;
            broker.OnAssigned(_partitions.Keys);
        }
    }

    private bool IsDecided(int partition, (long Position, int Checks) last) =>
        last.Checks is 0 or >= Patience && !_missing.ContainsKey(partition);

    private List<string> FindProblems()
    {
        var problems = new List<string>();
        foreach (var (partition, last) in _partitions)
        {
            // The next record to come; -1 if none has come yet.
            var position = Math.Max(-1, consumer.Position(new(topic, partition)).Value);
            var known = consumer.GetWatermarkOffsets(new(topic, partition));
            var hasMore = known.High.Value > Math.Max(position, Math.Max(known.Low.Value, 0));
            var checks = hasMore && position == last.Position ? last.Checks + 1 : 0;
            _partitions[partition] = (position, checks);
            if (checks == 0)
            {
                _reasons.Remove(partition);
            }

            if (checks >= Patience || _reasons.ContainsKey(partition))
            {
                if (FirstMissing(partition, position) is { } offset)
                {
                    _missing[partition] = offset;
                    var reason = _reasons.GetValueOrDefault(partition, "the broker has them, but they do not come").TrimEnd('.');
                    problems.Add($"the records of partition {partition} from offset {offset} on cannot be read: {reason}.");
                }
                else
                {
                    _missing.Remove(partition);
                }
            }
            else if ((known.High.Value >= 0 && !hasMore) || position > _missing.GetValueOrDefault(partition, -1))
            {
                _missing.Remove(partition);
            }
        }

        return problems;
    }

    /// <summary>The offset of the first record that does not come; null if the partition has no more.</summary>
    private long? FirstMissing(int partition, long position)
    {
        var offsets = consumer.QueryWatermarkOffsets(new(topic, partition), QueryTimeout);
        var first = Math.Max(position, offsets.Low.Value);
        return offsets.High.Value > first ? first : null;
    }
}
