using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// A producing client that copies records straight into librdkafka's memory and takes its delivery reports many at a time, on a
/// thread of its own, without garbage. Records are to be added by one thread at a time.
/// </summary>
internal sealed unsafe class RecordWriter : IDisposable
{
    private const int MaxTaken = 1000;
    private const int IdlePollMilliseconds = 1000;
    private const int MetadataTimeoutMilliseconds = 500;
    private const int CopyKeyAndValue = 2;
    private const int FixedArguments = 5;

    private readonly Action<RecordWriter, Error> _onError;
    private readonly DeliveryHandler _onDelivery;
    private readonly IProducer<Null, Null> _client;
    private readonly KafkaQueueHandle _queue;
    private readonly nint _topic;
    private readonly nint _native;
    private readonly nint[] _taken = new nint[MaxTaken];
    private readonly Task _polling;
    private readonly Lock _lock = new();
    private volatile bool _isEnding;

    /// <param name="onLog">Receives the client's log.</param>
    /// <param name="onError">Receives the client's errors.</param>
    /// <param name="onDelivery">Receives what became of records.</param>
    /// <exception cref="UsageException">A librdkafka property is unknown or has an invalid value.</exception>
    public RecordWriter(KafkaSettings kafka, Action<LogMessage> onLog, Action<RecordWriter, Error> onError, DeliveryHandler onDelivery)
    {
        (_onError, _onDelivery) = (onError, onDelivery);
        _client = KafkaSettings.Build(() =>
        {
            var config = kafka.ForProducer();
            config.EnableBackgroundPoll = false;
            config.EnableDeliveryReports = false;
            config.Set("enabled_events", $"{Librdkafka.DeliveryEvent | Librdkafka.ErrorEvent}");
            return new ProducerBuilder<Null, Null>(config).SetLogHandler((_, line) => onLog(line)).Build();
        });
        _queue = KafkaQueueHandle.Open(_client.Handle, Librdkafka.GetMainQueue);
        _topic = Librdkafka.NewTopic(_queue.Client, kafka.Topic, configuration: 0);
        _native = _queue.Client.DangerousGetHandle(); // the queue keeps it
        _polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <param name="records">Records (<see cref="KafkaMessage"/>), with their errors if they were not delivered: valid during the call.</param>
    public delegate void DeliveryHandler(ReadOnlySpan<nint> records);

    /// <summary>Adds a copy of a record. Without an error, it will be reported.</summary>
    public ErrorCode TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, long opaque)
    {
        var count = FixedArguments + headers.Arguments.Length;
        var arguments = stackalloc ProduceArgument[count];
        fixed (byte* keyBytes = key, valueBytes = value)
        {
            arguments[0] = new() { Kind = ProduceArgument.Part.Topic, Value = _topic };
            arguments[1] = new() { Kind = ProduceArgument.Part.Flags, Value = CopyKeyAndValue };
            arguments[2] = new() { Kind = ProduceArgument.Part.Key, Value = (nint)keyBytes, Size = key.Length };
            arguments[3] = new() { Kind = ProduceArgument.Part.Value, Value = (nint)valueBytes, Size = value.Length };
            arguments[4] = new() { Kind = ProduceArgument.Part.Opaque, Value = (nint)opaque };
            headers.Arguments.CopyTo(new Span<ProduceArgument>(arguments + FixedArguments, headers.Arguments.Length));
            var error = Librdkafka.Produce(_native, arguments, (nuint)count);
            GC.KeepAlive(headers);
            if (error is 0)
            {
                return ErrorCode.NoError;
            }

            var code = Librdkafka.GetCode(error);
            Librdkafka.DestroyError(error);
            return code;
        }
    }

    /// <summary>Takes back what is not sent, waits for the reports on everything, and ends the client.</summary>
    public void End(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isEnding)
            {
                return;
            }

            Librdkafka.Purge(_client.Handle);
            while (_client.Flush(TimeSpan.FromMilliseconds(100)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            _isEnding = true;
            Librdkafka.Wake(_queue);
            _polling.Wait(CancellationToken.None);
            Librdkafka.DestroyTopic(_topic);
            _queue.Dispose();
            _client.Dispose();
        }
    }

    public void Dispose() => End(CancellationToken.None);

    private void Poll()
    {
        AskForProducerId();
        while (!_isEnding)
        {
            var taken = Librdkafka.Poll(_queue, IdlePollMilliseconds);
            if (taken is 0)
            {
                continue;
            }

            switch (Librdkafka.GetEventType(taken))
            {
                case Librdkafka.DeliveryEvent:
                    Report(taken);
                    break;
                case Librdkafka.ErrorEvent:
                    var text = Marshal.PtrToStringUTF8(Librdkafka.GetEventErrorText(taken));
                    _onError(this, new Error(Librdkafka.GetError(taken), text, isFatal: Librdkafka.IsFatal(taken) != 0));
                    break;
            }

            Librdkafka.DestroyEvent(taken);
        }
    }

    /// <summary>
    /// An idempotent producer sends nothing before it has an id. librdkafka asks for one whenever it gets metadata, if it is connected to
    /// a broker then: to one that metadata has named, not to the address that it was given. Otherwise it tries again after half a second.
    /// </summary>
    private void AskForProducerId()
    {
        for (var answers = 0; answers < 2 && !_isEnding; answers++)
        {
            if (Librdkafka.GetMetadata(_native, allTopics: 0, _topic, out var metadata, MetadataTimeoutMilliseconds) is not ErrorCode.NoError)
            {
                return;
            }

            Librdkafka.DestroyMetadata(metadata);
        }
    }

    private void Report(nint taken)
    {
        while (Librdkafka.GetMessages(taken, _taken, MaxTaken) is > 0 and var count)
        {
            _onDelivery(_taken.AsSpan(0, (int)count));
        }
    }
}

/// <summary>The headers of records, as librdkafka copies them into each: in memory that does not move.</summary>
internal sealed class RecordHeaders
{
    private readonly byte[] _text;
    private readonly ProduceArgument[] _arguments;

    public RecordHeaders(IReadOnlyCollection<KeyValuePair<string, string>> headers)
    {
        _text = GC.AllocateArray<byte>(headers.Sum(header => Encoding.UTF8.GetByteCount(header.Key + header.Value) + 1), pinned: true);
        var length = 0;
        _arguments = [.. headers.Select(header => new ProduceArgument
        {
            Kind = ProduceArgument.Part.Header,
            Value = Add(header.Key + '\0'),
            HeaderValue = Add(header.Value),
            HeaderLength = Encoding.UTF8.GetByteCount(header.Value),
        })];

        nint Add(string text)
        {
            var address = Marshal.UnsafeAddrOfPinnedArrayElement(_text, length);
            length += Encoding.UTF8.GetBytes(text, _text.AsSpan(length));
            return address;
        }
    }

    /// <summary>One for each header.</summary>
    public ReadOnlySpan<ProduceArgument> Arguments => _arguments;
}
