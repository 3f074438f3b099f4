using System.Collections.Concurrent;
using System.Threading.Channels;
using CatFunctions.Core.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Consumes the topic as a member of the consumer group, on a thread of its own, in batches. While one batch is being
/// recorded the next one fills; a few batches go round, so a slow recorder slows the consumer down.
/// </summary>
/// <remarks>
/// An offset is stored for the group only once the log holds its record. It is a hint that saves redelivery: what is
/// recorded already is known to the log itself.
/// </remarks>
internal sealed class EventConsumer : IDisposable
{
    private const int BatchCount = 3;
    private const int IdlePollMilliseconds = 100;

    /// <summary>How long the first record of a batch may wait for others.</summary>
    private const int LingerMilliseconds = 50;

    /// <summary>Beyond these Kafka's timestamps, which producers choose freely, are no dates.</summary>
    private static readonly long MaxTimestamp = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly KafkaSettings _kafka;
    private readonly BrokerHealth _health;
    private readonly IConsumer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> _consumer;
    private readonly BatchDeserializer _deserializer = new();
    private readonly BlockingCollection<RecordBatch> _empty = [];
    private readonly Channel<RecordBatch> _filled = Channel.CreateUnbounded<RecordBatch>();
    private Task _consuming = Task.CompletedTask;
    private bool _isClosed;

    /// <exception cref="UsageException">A librdkafka property is unknown or has a bad value.</exception>
    public EventConsumer(KafkaSettings kafka, BrokerHealth health)
    {
        (_kafka, _health) = (kafka, health);
        _consumer = KafkaClient.Build(() =>
            new ConsumerBuilder<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>(kafka.ForConsumer())
                .SetKeyDeserializer(_deserializer)
                .SetValueDeserializer(_deserializer)
                .SetErrorHandler((_, error) => health.OnError(error))
                .SetLogHandler((_, line) => health.OnLog(line))
                .Build());
        for (var i = 0; i < BatchCount; i++)
        {
            _empty.Add(new RecordBatch(kafka.RecordBatchBytes));
        }
    }

    /// <summary>The client, for questions to the broker.</summary>
    public Handle Client => _consumer.Handle;

    /// <summary>The batches, in order. Each must be given to <see cref="Complete"/>. Ends after a stop.</summary>
    public ChannelReader<RecordBatch> Batches => _filled.Reader;

    /// <summary>Starts to consume, until stopped.</summary>
    public void Start(CancellationToken stop) =>
        _consuming = Task.Factory.StartNew(
            () => Consume(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The log holds the batch: its offsets may be committed, and its memory is used again.</summary>
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
                // The partition belongs to another member by now. That one may see the records again, and skip them.
            }
        }

        batch.Clear();
        _empty.Add(batch);
    }

    /// <summary>After a stop: commits the stored offsets and leaves the group.</summary>
    /// <exception cref="TimeoutException">The broker did not answer in time. The group finds out by itself.</exception>
    public async Task CloseAsync(TimeSpan timeout)
    {
        _isClosed = true;
        await Task.Run(CloseClientAsync).WaitAsync(timeout);

        async Task CloseClientAsync()
        {
            await _consuming;
            _consumer.Close();
        }
    }

    public void Dispose()
    {
        // Closing disposes of the client. One that does not come to an end is left to the end of the process.
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
            while (true)
            {
                var batch = _empty.Take(stop);
                Fill(batch, stop);
                if (!batch.IsEmpty)
                {
                    _filled.Writer.TryWrite(batch);
                }
            }
        }
        catch (OperationCanceledException)
        {
            _filled.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _filled.Writer.TryComplete(e);
        }
    }

    /// <summary>Fills a batch until it is full, or its first record has waited enough, or stopped.</summary>
    private void Fill(RecordBatch batch, CancellationToken stop)
    {
        _deserializer.Batch = batch;
        var deadline = long.MaxValue;
        while (!batch.IsFull && !stop.IsCancellationRequested)
        {
            var patience = Math.Min(IdlePollMilliseconds, deadline - Environment.TickCount64);
            if (patience <= 0)
            {
                return;
            }

            if (Poll((int)patience) is not { } record)
            {
                continue;
            }

            if (batch.IsEmpty)
            {
                deadline = Environment.TickCount64 + LingerMilliseconds;
            }

            batch.Add(record);
        }
    }

    private ConsumedRecord? Poll(int milliseconds)
    {
        try
        {
            return _consumer.Consume(milliseconds) is { } result
                ? new ConsumedRecord(
                    result.Partition,
                    result.Offset,
                    DateTimeOffset.FromUnixTimeMilliseconds(
                        Math.Clamp(result.Message.Timestamp.UnixTimestampMs, 0, MaxTimestamp)),
                    result.Message.Key,
                    result.Message.Value)
                : null;
        }
        catch (ConsumeException e) when (e.Error.IsFatal)
        {
            throw new FailureException($"The Kafka consumer cannot go on: {e.Error.Reason} Start it again.", e);
        }
        catch (ConsumeException e)
        {
            _health.OnError(e.Error);
            return null;
        }
    }
}
