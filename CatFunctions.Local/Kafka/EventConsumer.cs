using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Consumes the topic as a member of the consumer group, on a thread of its own, in batches. While one batch is being
/// recorded, the next one fills. A few batches are reused, so a slow recorder slows the consumer down.
/// </summary>
/// <remarks>
/// An offset is stored for the group only when the log holds its record. It only saves redelivery: the log itself knows
/// what it has recorded.
/// </remarks>
internal sealed class EventConsumer : IDisposable
{
    private const int BatchCount = 3;

    private readonly KafkaSettings _kafka;
    private readonly BrokerConnection _broker;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly BlockingCollection<RecordBatch> _empty = [];
    private readonly Channel<RecordBatch> _filled = Channel.CreateUnbounded<RecordBatch>();
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
                .Build());
        for (var i = 0; i < BatchCount; i++)
        {
            _empty.Add(new RecordBatch(kafka.RecordBatchBytes));
        }
    }

    /// <summary>The batches, in order. Each must be given to <see cref="Complete"/>. Ends after a stop.</summary>
    public ChannelReader<RecordBatch> Batches => _filled.Reader;

    /// <summary>Starts to consume, until stopped.</summary>
    public void Start(CancellationToken stop) =>
        _consuming = Task.Factory.StartNew(
            () => Consume(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

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
        await Task.Run(CloseClientAsync).WaitAsync(timeout);

        async Task CloseClientAsync()
        {
            await _consuming;
            _consumer.Close();
        }
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
            using var reader = new RecordReader(_consumer.Handle, _broker);
            while (true)
            {
                var batch = _empty.Take(stop);
                reader.Fill(batch, stop);
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
        catch (Exception exception)
        {
            _filled.Writer.TryComplete(exception);
        }
    }
}
