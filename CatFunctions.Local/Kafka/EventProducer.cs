using System.Diagnostics;
using System.Text;
using CatFunctions.Core.Events;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>Produces events to the topic: idempotently, confirmed by all replicas, waiting when queues are full.</summary>
internal sealed class EventProducer : IDisposable
{
    /// <summary>
    /// The most that a record takes on the broker besides its key, value and headers: the varints of a record and the
    /// header of its batch, in message format 2 (RD_KAFKAP_MESSAGE_V2_MAX_OVERHEAD and RD_KAFKAP_MSGSET_V2_SIZE).
    /// </summary>
    private const int RecordOverhead = 36 + 61;

    private const int HeadersOverhead = 160;

    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(20);

    private readonly KafkaSettings _kafka;
    private readonly InFlightBudget _inFlight;
    private readonly PipelineStatus _status;
    private readonly IProducer<string, ReadOnlyMemory<byte>> _producer;
    private readonly Action<DeliveryReport<string, ReadOnlyMemory<byte>>> _onDelivery;
    private (string? Span, Headers Headers) _headers = (null, NewHeaders(span: null));

    /// <exception cref="UsageException">A librdkafka property is unknown or has an invalid value.</exception>
    public EventProducer(
        KafkaSettings kafka, InFlightBudget inFlight, PipelineStatus status, BrokerConnection broker)
    {
        (_kafka, _inFlight, _status, _onDelivery) = (kafka, inFlight, status, OnDelivery);
        _producer = KafkaSettings.Build(() =>
            new ProducerBuilder<string, ReadOnlyMemory<byte>>(kafka.ForProducer())
                .SetValueSerializer(MemorySerializer.Instance)
                .SetErrorHandler((_, error) => broker.OnError(error))
                .SetLogHandler((_, line) => broker.OnLog(line))
                .Build());
    }

    /// <summary>The client, for requests to the broker.</summary>
    public Handle Client => _producer.Handle;

    /// <summary>
    /// Hands an event to the client, which sends it in the background. Waits while the client's queue is full or,
    /// with an embedded broker, while too much is unrecorded. The value is copied.
    /// </summary>
    /// <exception cref="FailureException">The client has failed permanently.</exception>
    public async ValueTask ProduceAsync(OutgoingEvent produced, CancellationToken cancellationToken)
    {
        await _inFlight.ReserveAsync(SizeOf(produced.Key, produced.Value), cancellationToken);
        var message = new Message<string, ReadOnlyMemory<byte>>
        {
            Key = produced.Key,
            Value = produced.Value,
            Headers = CurrentHeaders(),
        };
        while (!TryProduce(message))
        {
            await Task.Delay(QueueFullPause, cancellationToken);
        }
    }

    /// <summary>Waits until every event is delivered, or given up on.</summary>
    /// <returns>The number of events still waiting for the broker when cancelled; else 0.</returns>
    public Task<int> FlushAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            int waiting;
            do
            {
                waiting = _producer.Flush(TimeSpan.FromMilliseconds(50));
            }
            while (waiting > 0 && !cancellationToken.IsCancellationRequested);
            return waiting;
        },
        CancellationToken.None);

    public void Dispose() => _producer.Dispose();

    private static int SizeOf(string key, ReadOnlyMemory<byte> value) =>
        RecordOverhead + HeadersOverhead + Encoding.UTF8.GetByteCount(key) + value.Length;

    private static Headers NewHeaders(Activity? span)
    {
        var headers = new Headers();
        foreach (var (name, value) in EventHeaders.Of(span))
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        return headers;
    }

    private bool TryProduce(Message<string, ReadOnlyMemory<byte>> message)
    {
        try
        {
            _producer.Produce(_kafka.Topic, message, _onDelivery);
            return true;
        }
        catch (ProduceException<string, ReadOnlyMemory<byte>> exception) when (exception.Error.Code is ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<string, ReadOnlyMemory<byte>> exception) when (exception.Error.IsFatal)
        {
            throw new FailureException($"The Kafka producer has failed permanently: {exception.Error.Reason} Start it again.", exception);
        }
        catch (ProduceException<string, ReadOnlyMemory<byte>> exception)
        {
            OnUndelivered(message, exception.Error);
            return true;
        }
    }

    private void OnDelivery(DeliveryReport<string, ReadOnlyMemory<byte>> report)
    {
        if (report.Error.IsError)
        {
            OnUndelivered(report.Message, report.Error);
            return;
        }

        _status.CountProduced();
        _inFlight.Confirm(
            report.Partition, report.Offset, SizeOf(report.Message.Key, report.Message.Value));
    }

    private void OnUndelivered(Message<string, ReadOnlyMemory<byte>> message, Error error)
    {
        _status.CountUndelivered();
        _status.SetLastError($"An event could not be delivered: {error.Reason}");
        _inFlight.Release(SizeOf(message.Key, message.Value));
    }

    /// <summary>The headers for the current trace: the same object until the trace changes.</summary>
    private Headers CurrentHeaders()
    {
        if (Activity.Current?.Id != _headers.Span)
        {
            _headers = (Activity.Current?.Id, NewHeaders(Activity.Current));
        }

        return _headers.Headers;
    }

    private sealed class MemorySerializer : ISerializer<ReadOnlyMemory<byte>>
    {
        public static MemorySerializer Instance { get; } = new();

        public byte[] Serialize(ReadOnlyMemory<byte> data, SerializationContext context) => data.ToArray();
    }
}
