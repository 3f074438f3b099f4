using System.Diagnostics;
using System.Runtime.InteropServices;
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
    private readonly List<Returned> _returned = [];
    private readonly List<(long Offset, int Bytes)> _confirmed = [];
    private byte[] _key = [];
    private RecordWriter _client;
    private volatile Task? _recovery;
    private volatile bool _hasFailed;
    private TimeSpan _pause = FirstPause;
    private long _sequence;
    private int _unconfirmed;
    private (string? TraceParent, bool IsResent, RecordHeaders Made) _headers = (null, false, new RecordHeaders(EventHeaders.Of(traceParent: null)));

    /// <exception cref="UsageException">A librdkafka property is unknown or has an invalid value.</exception>
    public EventProducer(
        KafkaSettings kafka, InFlightBudget inFlight, PipelineStatus status, BrokerConnection broker)
    {
        (_kafka, _inFlight, _status, _broker) = (kafka, inFlight, status, broker);
        _client = NewClient();
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
        var key = Utf8(produced.Key);
        await _inFlight.ReserveAsync(SizeOf(key.Length, produced.Value.Length), cancellationToken);
        Interlocked.Increment(ref _unconfirmed);
        var traceParent = EventHeaders.TraceParentOf(Activity.Current);
        var sequence = _sequence++;
        while (!TryProduce(key.Span, produced.Value.Span, traceParent, mayBeInKafka, sequence))
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

    private static int SizeOf(int keyLength, int valueLength) => RecordOverhead + HeadersOverhead + keyLength + valueLength;

    /// <summary>Whether an error says that the event cannot be produced, now or later.</summary>
    private static bool IsOfTheEvent(ErrorCode code) => code is ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsg
        or ErrorCode.InvalidMsgSize or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.PolicyViolation
        or ErrorCode.Local_MsgTimedOut;

    private RecordWriter NewClient() => new(_kafka, _broker.OnLog, OnError, OnDelivery);

    /// <summary>Hands an event to the client. False: not now.</summary>
    private bool TryProduce(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, string? traceParent, bool isResent, long sequence)
    {
        lock (_lock)
        {
            return _recovery is null && TryProduce(key, value, HeadersOf(traceParent, isResent), sequence);
        }
    }

    /// <summary>A key as bytes, until the next one: events come one after the other.</summary>
    private ReadOnlyMemory<byte> Utf8(string key)
    {
        var maxLength = Encoding.UTF8.GetMaxByteCount(key.Length);
        _key = maxLength > _key.Length ? new byte[maxLength] : _key;
        return _key.AsMemory(0, Encoding.UTF8.GetBytes(key, _key));
    }

    /// <summary>The same. The caller has the lock.</summary>
    private bool TryProduce(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, long sequence)
    {
        var code = _client.TryAdd(key, value, headers, sequence);
        if (code is ErrorCode.NoError)
        {
            return true;
        }

        if (IsOfTheEvent(code))
        {
            GiveUp(SizeOf(key.Length, value.Length), new Error(code));
            return true;
        }

        if (code is not ErrorCode.Local_QueueFull)
        {
            Recover(new Error(code));
        }

        return false;
    }

    private unsafe void OnDelivery(ReadOnlySpan<nint> records)
    {
        var partition = 0;
        for (var i = 0; i < records.Length; i++)
        {
            ref readonly var record = ref *(KafkaMessage*)records[i];
            var size = SizeOf((int)record.KeyLength, (int)record.ValueLength);
            if (record.Error is ErrorCode.NoError)
            {
                if (record.Partition != partition)
                {
                    Confirm(partition);
                    partition = record.Partition;
                }

                _confirmed.Add((record.Offset, size));
            }
            else if (IsOfTheEvent(record.Error))
            {
                GiveUp(size, new Error(record.Error));
            }
            else
            {
                var returned = Returned.From(records[i], record);
                lock (_lock)
                {
                    _returned.Add(returned);
                    Recover(new Error(record.Error));
                }
            }
        }

        Confirm(partition);
    }

    private void Confirm(int partition)
    {
        if (_confirmed.Count is 0)
        {
            return;
        }

        _pause = FirstPause;
        _status.CountProduced(_confirmed.Count);
        _inFlight.Confirm(partition, CollectionsMarshal.AsSpan(_confirmed));
        Interlocked.Add(ref _unconfirmed, -_confirmed.Count);
        _confirmed.Clear();
    }

    private void OnError(RecordWriter client, Error error)
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

    private void GiveUp(int size, Error error)
    {
        _status.CountUndelivered();
        _status.SetLastError($"An event could not be delivered: {error.Reason}");
        _inFlight.Release(size);
        Interlocked.Decrement(ref _unconfirmed);
    }

    /// <summary>Starts to replace the client, if that is not under way. The caller has the lock.</summary>
    private void Recover(Error error)
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

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
                _client.End(cancellationToken);
                do
                {
                    await Task.Delay(_pause, cancellationToken);
                    _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                }
                while (!await _broker.IsReadyAsync(cancellationToken));

                lock (_lock)
                {
                    (_client, _hasFailed) = (NewClient(), false);
                }
            }
            while (!await ProduceReturnedAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Produces what the last client returned. False: the new one has failed as well.</summary>
    private async Task<bool> ProduceReturnedAsync(CancellationToken cancellationToken)
    {
        Queue<Returned> events;
        lock (_lock)
        {
            events = new(_returned.OrderBy(returned => returned.Sequence));
            _returned.Clear();
        }

        while (events.TryPeek(out var returned) && !_hasFailed)
        {
            if (TryProduceAgain(returned))
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

    private bool TryProduceAgain(Returned returned)
    {
        lock (_lock)
        {
            return TryProduce(returned.Key, returned.Value, HeadersOf(returned.TraceParent, returned.IsResent), returned.Sequence);
        }
    }

    /// <summary>Headers, made once for the events of a tick. The caller has the lock.</summary>
    private RecordHeaders HeadersOf(string? traceParent, bool isResent)
    {
        if (_headers.TraceParent != traceParent || _headers.IsResent != isResent)
        {
            var headers = isResent ? EventHeaders.OfResent(traceParent) : EventHeaders.Of(traceParent);
            _headers = (traceParent, isResent, new RecordHeaders(headers));
        }

        return _headers.Made;
    }

    /// <summary>An event that a client gave back.</summary>
    private sealed record Returned(long Sequence, byte[] Key, byte[] Value, string? TraceParent, bool IsResent)
    {
        public static Returned From(nint message, in KafkaMessage record)
        {
            var headers = Librdkafka.ReadHeaders(message);
            var mayBeInKafka = Librdkafka.GetStatus(message) is not PersistenceStatus.NotPersisted
                || headers.Exists(header => header.Key == EventHeaders.Resent);
            var traceParent = headers.Find(header => header.Key == EventHeaders.TraceParent)?.Value;
            return new Returned(
                record.Opaque,
                record.KeyBytes.ToArray(),
                record.ValueBytes.ToArray(),
                traceParent is null ? null : Encoding.UTF8.GetString(traceParent),
                mayBeInKafka);
        }
    }
}
