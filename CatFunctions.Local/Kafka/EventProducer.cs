using System.Diagnostics;
using System.Text;
using CatFunctions.Core.Events;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>Produces events to the topic: idempotently, confirmed by all replicas, waiting when queues are full.</summary>
/// <remarks>
/// A client that cannot continue gives its events back: it has failed permanently, or the topic is gone, be it for a
/// moment only, as after the restart of a broker. Then the client is replaced, and as soon as the topic is there, what it
/// had not confirmed is produced again in the old order, before anything new. There are never more of these events than
/// fit into a client's queue. One that may be in Kafka already carries the header <see cref="EventHeaders.Resent"/>.
/// </remarks>
internal sealed class EventProducer : IDisposable
{
    /// <summary>
    /// The most that a record takes on the broker besides its key, value and headers: the varints of a record and the
    /// header of its batch, in message format 2 (RD_KAFKAP_MESSAGE_V2_MAX_OVERHEAD and RD_KAFKAP_MSGSET_V2_SIZE).
    /// </summary>
    private const int RecordOverhead = 36 + 61;

    private const int HeadersOverhead = 190;

    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FlushPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly KafkaSettings _kafka;
    private readonly InFlightBudget _inFlight;
    private readonly PipelineStatus _status;
    private readonly BrokerConnection _broker;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _lock = new();
    private readonly List<Outgoing> _returned = [];
    private IProducer<string, byte[]> _client;
    private volatile Task? _recovery;
    private volatile bool _hasFailed;
    private TimeSpan _pause = FirstPause;
    private long _sequence;
    private int _unconfirmed;
    private (string? TraceParent, Headers Headers) _headers = (null, NewHeaders(span: null));

    /// <exception cref="UsageException">A librdkafka property is unknown or has an invalid value.</exception>
    public EventProducer(
        KafkaSettings kafka, InFlightBudget inFlight, PipelineStatus status, BrokerConnection broker)
    {
        (_kafka, _inFlight, _status, _broker) = (kafka, inFlight, status, broker);
        _client = BuildClient();
    }

    /// <summary>
    /// Hands an event to the client, which sends it in the background. Waits while the client's queue is full, while the
    /// client is being replaced or, with an embedded broker, while too much is unrecorded. The value is copied.
    /// </summary>
    public ValueTask ProduceAsync(OutgoingEvent produced, CancellationToken cancellationToken) =>
        SendAsync(produced, mayBeInKafka: false, cancellationToken);

    /// <summary>As <see cref="ProduceAsync"/>, for an event that was produced before: its record says so.</summary>
    public ValueTask ResendAsync(OutgoingEvent lost, CancellationToken cancellationToken) =>
        SendAsync(lost, mayBeInKafka: true, cancellationToken);

    /// <summary>Waits until every event is delivered, or given up on.</summary>
    /// <returns>The number of events still waiting for the broker when cancelled; else 0.</returns>
    public async Task<int> FlushAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _unconfirmed) > 0 && !cancellationToken.IsCancellationRequested)
        {
            await WaitAsync(FlushPause, CancellationToken.None);
        }

        return Volatile.Read(ref _unconfirmed);
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _recovery?.ContinueWith(_ => { }, TaskScheduler.Default).Wait(TimeSpan.FromSeconds(1));
        _client.Dispose();
    }

    private async ValueTask SendAsync(OutgoingEvent produced, bool mayBeInKafka, CancellationToken cancellationToken)
    {
        var size = RecordOverhead + HeadersOverhead + Encoding.UTF8.GetByteCount(produced.Key) + produced.Value.Length;
        await _inFlight.ReserveAsync(size, cancellationToken);
        var message = new Message<string, byte[]>
        {
            Key = produced.Key,
            Value = produced.Value.ToArray(),
            Headers = CurrentHeaders(),
        };
        var outgoing = new Outgoing(this, message, size, _sequence++) { MayBeInKafka = mayBeInKafka };
        outgoing.MarkIfNeeded();
        Interlocked.Increment(ref _unconfirmed);
        while (!TryProduce(outgoing, isRecovery: false))
        {
            try
            {
                await WaitAsync(QueueFullPause, cancellationToken);
            }
            catch
            {
                Interlocked.Decrement(ref _unconfirmed);
                throw;
            }
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (_recovery is { IsFaulted: true } recovery)
        {
            await recovery;
        }

        await Task.Delay(pause, cancellationToken);
    }

    private static Headers NewHeaders(Activity? span)
    {
        var headers = new Headers();
        foreach (var (name, value) in EventHeaders.Of(span))
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        return headers;
    }

    /// <summary>Whether an error says that the event cannot be produced, now or later.</summary>
    private static bool IsOfTheEvent(ErrorCode code) => code is ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsg
        or ErrorCode.InvalidMsgSize or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.PolicyViolation
        or ErrorCode.Local_MsgTimedOut;

    private IProducer<string, byte[]> BuildClient() => KafkaSettings.Build(() =>
        new ProducerBuilder<string, byte[]>(_kafka.ForProducer())
            .SetErrorHandler(OnError)
            .SetLogHandler((_, line) => _broker.OnLog(line))
            .Build());

    /// <summary>Hands an event to the client. False: not now.</summary>
    private bool TryProduce(Outgoing outgoing, bool isRecovery)
    {
        lock (_lock)
        {
            if (_recovery is not null && !isRecovery)
            {
                return false;
            }

            try
            {
                _client.Produce(_kafka.Topic, outgoing.Message, outgoing.OnDelivery);
                return true;
            }
            catch (ProduceException<string, byte[]> exception) when (IsOfTheEvent(exception.Error.Code))
            {
                GiveUp(outgoing, exception.Error);
                return true;
            }
            catch (ProduceException<string, byte[]> exception)
            {
                if (exception.Error.Code is not ErrorCode.Local_QueueFull)
                {
                    Recover(exception.Error);
                }

                return false;
            }
        }
    }

    private void OnDelivery(Outgoing outgoing, DeliveryReport<string, byte[]> report)
    {
        if (!report.Error.IsError)
        {
            _pause = FirstPause;
            _status.CountProduced();
            _inFlight.Confirm(report.Partition, report.Offset, outgoing.Size);
            Interlocked.Decrement(ref _unconfirmed);
        }
        else if (IsOfTheEvent(report.Error.Code))
        {
            GiveUp(outgoing, report.Error);
        }
        else
        {
            lock (_lock)
            {
                outgoing.MayBeInKafka |= report.Status is not PersistenceStatus.NotPersisted;
                _returned.Add(outgoing);
                Recover(report.Error);
            }
        }
    }

    private void OnError(IProducer<string, byte[]> client, Error error)
    {
        _broker.OnError(error);
        if (error.IsFatal)
        {
            lock (_lock)
            {
                if (client == _client)
                {
                    Recover(error);
                }
            }
        }
    }

    private void GiveUp(Outgoing outgoing, Error error)
    {
        _status.CountUndelivered();
        _status.SetLastError($"An event could not be delivered: {error.Reason}");
        _inFlight.Release(outgoing.Size);
        Interlocked.Decrement(ref _unconfirmed);
    }

    /// <summary>Starts to replace the client, if that is not under way. The caller has the lock.</summary>
    private void Recover(Error error)
    {
        _broker.OnUndelivered(error);
        _hasFailed = true;
        _recovery ??= Task.Run(() => RecoverAsync(_disposed.Token));
    }

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                EndClient(cancellationToken);
                do
                {
                    await Task.Delay(_pause, cancellationToken);
                    _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                }
                while (!await _broker.IsReadyAsync(cancellationToken));

                lock (_lock)
                {
                    (_client, _hasFailed) = (BuildClient(), false);
                }
            }
            while (!await ProduceReturnedAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes back what the client has not sent, waits for the reports on all of it, and disposes the client.</summary>
    private void EndClient(CancellationToken cancellationToken)
    {
        Librdkafka.Purge(_client.Handle);
        while (_client.Flush(TimeSpan.FromMilliseconds(100)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        _client.Dispose();
    }

    /// <summary>Produces what the last client returned. False: the new one has failed as well.</summary>
    private async Task<bool> ProduceReturnedAsync(CancellationToken cancellationToken)
    {
        Queue<Outgoing> events;
        lock (_lock)
        {
            events = new(_returned.OrderBy(outgoing => outgoing.Sequence));
            _returned.Clear();
        }

        while (events.TryPeek(out var outgoing) && !_hasFailed)
        {
            outgoing.MarkIfNeeded();
            if (TryProduce(outgoing, isRecovery: true))
            {
                events.Dequeue();
            }
            else
            {
                await Task.Delay(QueueFullPause, cancellationToken);
            }
        }

        lock (_lock)
        {
            _returned.AddRange(events);
            if (_hasFailed)
            {
                return false;
            }

            _recovery = null;
            return true;
        }
    }

    /// <summary>The headers for the current trace: the same object until the trace changes.</summary>
    private Headers CurrentHeaders()
    {
        var span = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        if (span?.Id != _headers.TraceParent)
        {
            _headers = (span?.Id, NewHeaders(span));
        }

        return _headers.Headers;
    }

    /// <summary>An event that was handed to a client, until it is confirmed or given up.</summary>
    private sealed class Outgoing(EventProducer producer, Message<string, byte[]> message, int size, long sequence)
    {
        private bool _isMarked;

        public Message<string, byte[]> Message { get; } = message;

        public int Size { get; } = size;

        public long Sequence { get; } = sequence;

        public bool MayBeInKafka { get; set; }

        public void OnDelivery(DeliveryReport<string, byte[]> report) => producer.OnDelivery(this, report);

        public void MarkIfNeeded()
        {
            if (!MayBeInKafka || _isMarked)
            {
                return;
            }

            // The headers so far are those of other events too.
            var headers = new Headers();
            foreach (var header in Message.Headers)
            {
                headers.Add(header.Key, header.GetValueBytes());
            }

            headers.Add(EventHeaders.Resent, "true"u8.ToArray());
            Message.Headers = headers;
            _isMarked = true;
        }
    }
}
