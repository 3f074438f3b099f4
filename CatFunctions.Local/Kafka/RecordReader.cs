using System.Runtime.InteropServices;
using System.Text;
using CatFunctions.Core.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Takes records from a consumer's queue, many at a time, and copies them straight from librdkafka's memory into a
/// batch, without garbage. To be used, and disposed of, by one thread.
/// </summary>
/// <remarks>
/// Records that do not fit into a batch wait for the next one. Those that still wait at the end are dropped: their
/// offsets were not stored, so the group still has them. To librdkafka each call for records is a poll: it serves the
/// client's callbacks and keeps <c>max.poll.interval.ms</c>.
/// </remarks>
internal sealed class RecordReader : IDisposable
{
    /// <summary>The most records that are taken at a time.</summary>
    public const int MaxTaken = 200;

    private const int IdlePollMilliseconds = 100;

    /// <summary>How long the first record of a batch may wait for others.</summary>
    private const int LingerMilliseconds = 50;

    /// <summary>The same for the first batch, which somebody may be waiting for.</summary>
    private const int FirstLingerMilliseconds = 1;

    /// <summary>Producers choose Kafka's timestamps freely; beyond these values they are not dates.</summary>
    private static readonly long MaxTimestamp = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly BrokerConnection _broker;
    private readonly KafkaQueueHandle _queue;
    private readonly Func<ConsumedRecord, bool> _isInPlace;
    private readonly Action<int, string> _onUnreadable;
    private readonly HashSet<int> _dropped = [];
    private readonly nint[] _taken = new nint[MaxTaken];
    private int _next;
    private int _count;
    private bool _isFirst = true;

    /// <param name="consumer">A consumer that has a group. Only its records are taken.</param>
    /// <param name="broker">Receives the consumer's errors.</param>
    /// <param name="isInPlace">Decides whether a record is kept. If not, its partition is dropped.</param>
    /// <param name="onUnreadable">Told the partition of a record that cannot be read, and why.</param>
    public RecordReader(
        Handle consumer, BrokerConnection broker, Func<ConsumedRecord, bool> isInPlace, Action<int, string>? onUnreadable = null)
    {
        (_broker, _isInPlace, _onUnreadable) = (broker, isInPlace, onUnreadable ?? ((_, _) => { }));
        _queue = KafkaQueueHandle.Open(consumer, Librdkafka.GetConsumerQueue);
    }

    /// <summary>
    /// Fills a batch until it is full, its first record has waited long enough, or <paramref name="stop"/>. It stays empty
    /// if nothing comes for a moment.
    /// </summary>
    /// <exception cref="FailureException">The consumer has failed permanently.</exception>
    public void Fill(RecordBatch batch, CancellationToken stop)
    {
        MoveTo(batch);
        if (batch.IsEmpty)
        {
            Take(1, IdlePollMilliseconds);
            MoveTo(batch);
        }

        var deadline = Environment.TickCount64 + (_isFirst ? FirstLingerMilliseconds : LingerMilliseconds);
        _isFirst &= batch.IsEmpty;
        while (!batch.IsEmpty && !batch.IsFull && !stop.IsCancellationRequested
            && deadline - Environment.TickCount64 is > 0 and var timeout)
        {
            Take(MaxTaken, (int)timeout);
            MoveTo(batch);
        }
    }

    /// <summary>Drops what has been taken of a partition and is not in a batch yet: the consumer has a new position there.</summary>
    public void Drop(int partition) => _dropped.Add(partition);

    public void Dispose()
    {
        for (; _next < _count; _next++)
        {
            Librdkafka.DestroyMessage(_taken[_next]);
        }

        _queue.Dispose();
    }

    /// <summary>Takes what the queue has; waits for the given number of records, but not longer than this. Nothing must be left.</summary>
    private void Take(int max, int milliseconds)
    {
        _dropped.Clear();
        (_next, _count) = (0, (int)Librdkafka.ConsumeBatch(_queue, milliseconds, _taken, (nuint)max));
    }

    private unsafe void MoveTo(RecordBatch batch)
    {
        for (; _next < _count && !batch.IsFull; _next++)
        {
            var taken = _taken[_next];
            var message = (KafkaMessage*)taken;
            if (message->Error is ErrorCode.NoError)
            {
                if (!_dropped.Contains(message->Partition))
                {
                    Add(batch, taken, *message);
                }
            }
            else if (message->Error is not ErrorCode.Local_PartitionEOF)
            {
                Report(new Error(message->Error, Marshal.PtrToStringUTF8(Librdkafka.GetErrorText(taken))), *message);
            }

            Librdkafka.DestroyMessage(taken);
        }
    }

    private unsafe void Add(RecordBatch batch, nint taken, in KafkaMessage message)
    {
        var timestamp = Math.Clamp(Librdkafka.GetTimestamp(taken, out _), 0, MaxTimestamp);
        var record = new ConsumedRecord(
            message.Partition,
            message.Offset,
            DateTimeOffset.FromUnixTimeMilliseconds(timestamp),
            Copy(batch, message.Key, message.KeyLength),
            Copy(batch, message.Value, message.ValueLength));
        if (_isInPlace(record))
        {
            // Here, where the record is in the processor's cache, and where its headers can still be read.
            var check = EventCheck.Of(record.Value);
            batch.Add(record with { Check = check, Headers = check.Reason is null ? null : Librdkafka.ReadHeaders(taken) });
        }
        else
        {
            Drop(message.Partition);
        }
    }

    private void Report(Error error, in KafkaMessage message)
    {
        if (error.Code is ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.Local_NotImplemented
            or ErrorCode.Local_Underflow or ErrorCode.InvalidMsg or ErrorCode.MsgSizeTooLarge)
        {
            _onUnreadable(message.Partition, error.Reason);
            return;
        }

        if (error.IsFatal)
        {
            throw new FailureException(
                $"The Kafka consumer has failed permanently: {FatalReason().TrimEnd('.')}. Start it again.",
                new KafkaException(error));
        }

        _broker.OnError(error);
    }

    private string FatalReason()
    {
        Span<byte> text = stackalloc byte[512];
        Librdkafka.GetFatalError(_queue.Client, text, (nuint)text.Length);
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
    }

    private static unsafe ReadOnlyMemory<byte>? Copy(RecordBatch batch, byte* bytes, nuint length) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : batch.Copy(new ReadOnlySpan<byte>(bytes, checked((int)length)));
}

/// <summary>
/// Consumed records, and the buffer that holds their keys and values: valid until <see cref="Clear"/>. It is reused, so
/// that consuming allocates no array per record.
/// </summary>
/// <param name="maxBytes">The number of bytes of keys and values that makes a batch full.</param>
internal sealed class RecordBatch(int maxBytes)
{
    /// <summary>The number of records that makes a batch full.</summary>
    public const int MaxRecords = 16_384;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(maxBytes);
    private readonly List<ConsumedRecord> _records = [];
    private readonly Dictionary<int, long> _nextOffsets = [];
    private int _used;

    /// <summary>The records, in the order in which they were consumed.</summary>
    public IReadOnlyList<ConsumedRecord> Records => _records;

    /// <summary>For each partition in the batch, the offset after its last record.</summary>
    public IReadOnlyDictionary<int, long> NextOffsets => _nextOffsets;

    /// <summary>How many rewinds of the consumer came before it.</summary>
    public int Rewinds { get; set; }

    public bool IsEmpty => _records.Count is 0;

    public bool IsFull => _records.Count >= MaxRecords || _used >= _buffer.Length;

    /// <summary>Copies a key or a value of the record that is added next.</summary>
    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> bytes)
    {
        // Only the record that fills the batch can fail to fit.
        var target = bytes.Length <= _buffer.Length - _used
            ? _buffer.AsMemory(_used, bytes.Length)
            : new byte[bytes.Length];
        bytes.CopyTo(target.Span);
        _used = Math.Min(_buffer.Length, _used + bytes.Length);
        return target;
    }

    public void Add(in ConsumedRecord record)
    {
        _records.Add(record);
        _nextOffsets[record.Partition] = record.Offset + 1;
    }

    /// <summary>Removes the records of a partition.</summary>
    public void Remove(int partition)
    {
        if (_nextOffsets.Remove(partition))
        {
            _records.RemoveAll(record => record.Partition == partition);
        }
    }

    public void Clear()
    {
        _records.Clear();
        _nextOffsets.Clear();
        _used = 0;
    }
}
