using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CatFunctions.Core.Events;
using Confluent.Kafka;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// The functions of librdkafka that Confluent.Kafka does not offer: its mock cluster, consuming in batches, and producing
/// without garbage.
/// Source: rdkafka.h and rdkafka_mock.h of librdkafka 2.16.0. The mock API is not covered by librdkafka's ABI promise.
/// </summary>
internal static partial class Librdkafka
{
    public const int ProducerType = 0;

    /// <summary>RD_KAFKA_EVENT_DR: delivery reports, many at a time.</summary>
    public const int DeliveryEvent = 0x1;

    /// <summary>RD_KAFKA_EVENT_ERROR.</summary>
    public const int ErrorEvent = 0x8;

    private const int PurgeQueued = 1;
    private const int PurgeInFlight = 2;

    private const string Library = "librdkafka";

    private static readonly Lazy<nint> Loaded = new(Load);

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint NewConfiguration();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Configure(
        nint configuration, string name, string value, Span<byte> error, nuint errorSize);

    /// <summary>Creates a client. On success it owns the configuration.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    public static partial KafkaClientHandle NewClient(int type, nint configuration, Span<byte> error, nuint errorSize);

    /// <summary>Makes a producer fail all messages that it has not sent, and all requests that are not answered.</summary>
    public static void Purge(Handle producer) => Purge((SafeHandle)GetClient(producer), PurgeQueued | PurgeInFlight);

    /// <summary>Confluent.Kafka does not expose its <c>rd_kafka_t</c>.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    public static extern object GetClient(Handle handle);

    [LibraryImport(Library, EntryPoint = "rd_kafka_purge")]
    private static partial ErrorCode Purge(SafeHandle client, int flags);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    public static partial void DestroyClient(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    public static partial MockClusterHandle NewMockCluster(KafkaClientHandle client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    public static partial void DestroyMockCluster(nint cluster);

    /// <summary>The cluster's <c>bootstrap.servers</c>: UTF-8, owned by the cluster.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    public static partial nint GetBootstrapServers(MockClusterHandle cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_set_controller_id")]
    public static partial void SetController(MockClusterHandle cluster, int brokerId);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    public static partial void SetInitialRebalanceDelay(MockClusterHandle cluster, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode CreateTopic(
        MockClusterHandle cluster, string topic, int partitions, int replicationFactor);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_delete", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode DeleteTopic(MockClusterHandle cluster, string topic);

    /// <summary>Makes the cluster answer with this error when it is asked for the topic's metadata.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_set_error", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetTopicError(MockClusterHandle cluster, string topic, ErrorCode error);

    /// <summary>Chooses what the cluster's metadata says where a broker is. The broker itself stays where it is.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetHostAndPort(MockClusterHandle cluster, int brokerId, string host, int port);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    public static partial ErrorCode SetBrokerDown(MockClusterHandle cluster, int brokerId);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    public static partial ErrorCode SetBrokerUp(MockClusterHandle cluster, int brokerId);

    /// <summary>Makes the next requests with this API key of the Kafka protocol fail with these errors, one each.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    public static partial void PushErrors(
        MockClusterHandle cluster, short apiKey, nuint count, ReadOnlySpan<ErrorCode> errors);

    /// <summary>The error that ended a client permanently: UTF-8, ended by a zero byte.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_fatal_error")]
    public static partial ErrorCode GetFatalError(SafeHandle client, Span<byte> text, nuint textSize);

    /// <summary>The queue of a consumer's records, errors and callbacks; null if it has no group.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_consumer")]
    public static partial KafkaQueueHandle GetConsumerQueue(SafeHandle client);

    /// <summary>The queue of a producer's delivery reports, errors and callbacks.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_main")]
    public static partial KafkaQueueHandle GetMainQueue(SafeHandle client);

    /// <summary>Serves callbacks, and takes an event; null if none comes in time.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_poll")]
    public static partial nint Poll(KafkaQueueHandle queue, int timeoutMilliseconds);

    /// <summary>Makes <see cref="Poll"/> return at once.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_yield")]
    public static partial void Wake(KafkaQueueHandle queue);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_type")]
    public static partial int GetEventType(nint taken);

    /// <summary>Takes messages (<see cref="KafkaMessage"/>) from a delivery event, which keeps them, until the array is full.</summary>
    /// <returns>The number of messages.</returns>
    [LibraryImport(Library, EntryPoint = "rd_kafka_event_message_array")]
    public static partial nuint GetMessages(nint taken, Span<nint> messages, nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_error")]
    public static partial ErrorCode GetError(nint taken);

    /// <summary>The text of an event's error: UTF-8, owned by the event.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_event_error_string")]
    public static partial nint GetEventErrorText(nint taken);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_error_is_fatal")]
    public static partial int IsFatal(nint taken);

    [LibraryImport(Library, EntryPoint = "rd_kafka_event_destroy")]
    public static partial void DestroyEvent(nint taken);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewTopic(SafeHandle client, string topic, nint configuration);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_destroy")]
    public static partial void DestroyTopic(nint topic);

    /// <summary>Asks a broker for the metadata of one topic, or all; to be destroyed.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_metadata")]
    public static partial ErrorCode GetMetadata(
        nint client, int allTopics, nint onlyTopic, out nint metadata, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_metadata_destroy")]
    public static partial void DestroyMetadata(nint metadata);

    /// <summary>Hands a record over.</summary>
    /// <returns>Null if the client has it; otherwise an error, to be destroyed.</returns>
    [LibraryImport(Library, EntryPoint = "rd_kafka_produceva")]
    public static unsafe partial nint Produce(nint client, ProduceArgument* arguments, nuint count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_code")]
    public static partial ErrorCode GetCode(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_destroy")]
    public static partial void DestroyError(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void DestroyQueue(nint queue);

    /// <summary>Takes messages (<see cref="KafkaMessage"/>) until the array is full or the time is over.</summary>
    /// <returns>The number of messages.</returns>
    [LibraryImport(Library, EntryPoint = "rd_kafka_consume_batch_queue")]
    public static partial nint ConsumeBatch(
        KafkaQueueHandle queue, int timeoutMilliseconds, Span<nint> messages, nuint size);

    /// <summary>In milliseconds since the Unix epoch; -1 if there is none.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    public static partial long GetTimestamp(nint message, out int type);

    /// <summary>The headers of a message, which owns them; an error if it has none.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_headers")]
    public static partial ErrorCode GetHeaders(nint message, out nint headers);

    /// <summary>Whether a record that was produced is in Kafka, as far as its client knows.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_status")]
    public static partial PersistenceStatus GetStatus(nint message);

    /// <summary>Copies the headers of a message.</summary>
    public static unsafe List<RecordHeader> ReadHeaders(nint message)
    {
        var headers = new List<RecordHeader>();
        if (GetHeaders(message, out var list) is ErrorCode.NoError)
        {
            while (GetHeader(list, (nuint)headers.Count, out var name, out var value, out var length) is ErrorCode.NoError)
            {
                var bytes = value is null ? null : new ReadOnlySpan<byte>(value, checked((int)length)).ToArray();
                headers.Add(new RecordHeader(Marshal.PtrToStringUTF8(name)!, bytes));
            }
        }

        return headers;
    }

    /// <summary>One of the headers: its name, in UTF-8 and ended by a zero byte, and its value. An error behind the last one.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_header_get_all")]
    public static unsafe partial ErrorCode GetHeader(
        nint headers, nuint index, out nint name, out byte* value, out nuint length);

    /// <summary>The text of an error: UTF-8, owned by the message.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_errstr")]
    public static partial nint GetErrorText(nint message);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_destroy")]
    public static partial void DestroyMessage(nint message);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name == Library ? Loaded.Value : 0;

    /// <summary>
    /// Finds the file that Confluent.Kafka loads, so that one copy of librdkafka serves both: its package carries
    /// builds for Linux without libsasl2 and for musl beside the usual one.
    /// </summary>
    private static nint Load()
    {
        foreach (var candidate in (string[])[Library, "centos8-librdkafka", "alpine-librdkafka"])
        {
            if (NativeLibrary.TryLoad(candidate, typeof(Librdkafka).Assembly, searchPath: null, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}

/// <summary>An <c>rd_kafka_message_t</c>: a record or, with <see cref="Error"/>, an error or a record that was not delivered.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct KafkaMessage
{
    public readonly ErrorCode Error;
    public readonly nint Topic;
    public readonly int Partition;

    /// <summary>Null for a tombstone.</summary>
    public readonly byte* Value;

    public readonly nuint ValueLength;

    /// <summary>Null if the record has none.</summary>
    public readonly byte* Key;

    public readonly nuint KeyLength;
    public readonly long Offset;

    /// <summary>What its producer has attached to it.</summary>
    public readonly nint Opaque;

    public ReadOnlySpan<byte> KeyBytes => new(Key, checked((int)KeyLength));

    public ReadOnlySpan<byte> ValueBytes => new(Value, checked((int)ValueLength));
}

/// <summary>An <c>rd_kafka_vu_t</c>: a part of a record that is produced.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct ProduceArgument
{
    [FieldOffset(0)]
    public Part Kind;

    /// <summary>A pointer, a handle or a number.</summary>
    [FieldOffset(8)]
    public nint Value;

    /// <summary>The length of what <see cref="Value"/> points to.</summary>
    [FieldOffset(16)]
    public nint Size;

    /// <summary>Of a header, whose name, ended by a zero byte, is at <see cref="Value"/>.</summary>
    [FieldOffset(16)]
    public nint HeaderValue;

    [FieldOffset(24)]
    public nint HeaderLength;

    /// <summary>The parts, numbered as in <c>rd_kafka_vtype_t</c>.</summary>
    public enum Part
    {
        Topic = 2,
        Value = 4,
        Key = 5,
        Opaque = 6,
        Flags = 7,
        Header = 9,
    }
}

/// <summary>Owns an <c>rd_kafka_t</c>.</summary>
internal sealed class KafkaClientHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Librdkafka.DestroyClient(handle);
        return true;
    }
}

/// <summary>Owns a part of a client, and keeps the client alive for as long.</summary>
internal abstract class ClientPartHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    private SafeHandle? _client;

    /// <summary>The client's <c>rd_kafka_t</c>, once it is held.</summary>
    public SafeHandle Client => _client!;

    /// <summary>Holds on to the client until this is released.</summary>
    public void Hold(SafeHandle client)
    {
        var held = false;
        client.DangerousAddRef(ref held);
        _client = client;
    }

    protected sealed override bool ReleaseHandle()
    {
        Destroy(handle);
        _client?.DangerousRelease();
        return true;
    }

    /// <summary>Destroys the part, while the client still exists.</summary>
    protected abstract void Destroy(nint part);
}

/// <summary>Owns an <c>rd_kafka_mock_cluster_t</c>.</summary>
internal sealed class MockClusterHandle : ClientPartHandle
{
    protected override void Destroy(nint part) => Librdkafka.DestroyMockCluster(part);
}

/// <summary>Owns an <c>rd_kafka_queue_t</c>.</summary>
internal sealed class KafkaQueueHandle : ClientPartHandle
{
    /// <summary>Opens a queue of a client: <see cref="Librdkafka.GetConsumerQueue"/> or <see cref="Librdkafka.GetMainQueue"/>.</summary>
    public static KafkaQueueHandle Open(Handle owner, Func<SafeHandle, KafkaQueueHandle> open)
    {
        var client = (SafeHandle)Librdkafka.GetClient(owner);
        var queue = open(client);
        queue.Hold(client);
        return queue;
    }

    protected override void Destroy(nint part) => Librdkafka.DestroyQueue(part);
}
