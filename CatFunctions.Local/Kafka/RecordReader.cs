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
/// What was taken and does not fit into a batch waits for the next one. What waits in the end is let go: no offset of
/// it was stored, so the group still has it. To librdkafka each call for records is a poll: it serves the client's
/// callbacks and keeps <c>max.poll.interval.ms</c>.
/// </remarks>
internal sealed class RecordReader : IDisposable
{
    /// <summary>How many records are taken at a time, at most.</summary>
    public const int MaxTaken = 200;

    private const int IdlePollMilliseconds = 100;

    /// <summary>How long the first record of a batch may wait for others.</summary>
    private const int LingerMilliseconds = 50;

    /// <summary>Beyond these Kafka's timestamps, which producers choose freely, are no dates.</summary>
    private static readonly long MaxTimestamp = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly BrokerConnection _health;
    private readonly KafkaQueueHandle _queue;
    private readonly nint[] _taken = new nint[MaxTaken];
    private int _next;
    private int _count;

    /// <param name="consumer">A consumer that has a group. Only its records are taken from it.</param>
    /// <param name="health">Is told the consumer's errors.</param>
    public RecordReader(Handle consumer, BrokerConnection health)
    {
        _health = health;
        _queue = KafkaQueueHandle.Open(consumer);
    }

    /// <summary>
    /// Fills a batch until it is full, or its first record has waited enough, or stopped. It is empty only if stopped.
    /// </summary>
    /// <exception cref="FailureException">The consumer is broken for good.</exception>
    public void Fill(RecordBatch batch, CancellationToken stop)
    {
        MoveTo(batch);
        while (batch.IsEmpty && !stop.IsCancellationRequested)
        {
            Take(1, IdlePollMilliseconds);
            MoveTo(batch);
        }

        var deadline = Environment.TickCount64 + LingerMilliseconds;
        while (!batch.IsFull && !stop.IsCancellationRequested
            && deadline - Environment.TickCount64 is > 0 and var patience)
        {
            Take(MaxTaken, (int)patience);
            MoveTo(batch);
        }
    }

    public void Dispose()
    {
        for (; _next < _count; _next++)
        {
            Librdkafka.DestroyMessage(_taken[_next]);
        }

        _queue.Dispose();
    }

    /// <summary>Takes what the queue has; waits for so many, but not longer than this. Nothing must be left.</summary>
    private void Take(int max, int milliseconds) =>
        (_next, _count) = (0, (int)Librdkafka.ConsumeBatch(_queue, milliseconds, _taken, (nuint)max));

    private unsafe void MoveTo(RecordBatch batch)
    {
        for (; _next < _count && !batch.IsFull; _next++)
        {
            var taken = _taken[_next];
            var message = (KafkaMessage*)taken;
            if (message->Error is ErrorCode.NoError)
            {
                var timestamp = Math.Clamp(Librdkafka.GetTimestamp(taken, out _), 0, MaxTimestamp);
                batch.Add(new ConsumedRecord(
                    message->Partition,
                    message->Offset,
                    DateTimeOffset.FromUnixTimeMilliseconds(timestamp),
                    Copy(batch, message->Key, message->KeyLength),
                    Copy(batch, message->Value, message->ValueLength)));
            }
            else if (message->Error is not ErrorCode.Local_PartitionEOF)
            {
                Report(new Error(message->Error, Marshal.PtrToStringUTF8(Librdkafka.GetErrorText(taken))));
            }

            Librdkafka.DestroyMessage(taken);
        }
    }

    private void Report(Error error)
    {
        if (error.IsFatal)
        {
            throw new FailureException(
                $"The Kafka consumer cannot go on: {FatalReason().TrimEnd('.')}. Start it again.",
                new KafkaException(error));
        }

        _health.OnError(error);
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
