using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// A Kafka broker in this process: librdkafka's mock cluster. It speaks the real protocol on a free port of 127.0.0.1
/// and keeps everything in memory.
/// </summary>
/// <remarks>
/// It keeps <see cref="PartitionCapacity"/> bytes of each partition and silently drops the oldest batch beyond that,
/// read or not: producers must wait for the readers.
/// </remarks>
internal sealed class EmbeddedBroker : IDisposable
{
    /// <summary>How many bytes of record batches a partition keeps (<c>max_size</c> in rdkafka_mock.c).</summary>
    public const int PartitionCapacity = 5 * 1024 * 1024;

    private const int BrokerId = 1;
    private const short ProduceApi = 0;
    private const short JoinGroupApi = 11;

    private readonly KafkaClientHandle _client;
    private readonly MockClusterHandle _cluster;
    private readonly string _topic;
    private readonly PortRelay? _relay;

    /// <summary>Starts a broker that has one topic.</summary>
    /// <param name="port">The port that its clients use; null: any free one.</param>
    /// <exception cref="KafkaException">It could not be started.</exception>
    /// <exception cref="FailureException">The port is not free.</exception>
    public EmbeddedBroker(string topic, int partitions, int? port = null)
    {
        _client = NewSilentClient();
        _cluster = Librdkafka.NewMockCluster(_client, brokers: 1);
        if (_cluster.IsInvalid)
        {
            _client.Dispose();
            throw new KafkaException(new Error(ErrorCode.Local_Fail, "The embedded broker could not be started."));
        }

        _cluster.Hold(_client);
        _topic = topic;
        BootstrapServers = Marshal.PtrToStringUTF8(Librdkafka.GetBootstrapServers(_cluster))!;
        try
        {
            if (port is { } chosen)
            {
                _relay = new PortRelay(chosen, IPEndPoint.Parse(BootstrapServers));
                Advertise(chosen);
                BootstrapServers = $"127.0.0.1:{chosen}";
            }

            // Without a controller, some clients wait for one; with the default delay, the first consumer waits for 3 s.
            Librdkafka.SetController(_cluster, BrokerId);
            Librdkafka.SetInitialRebalanceDelay(_cluster, milliseconds: 0);
            Check(Librdkafka.CreateTopic(_cluster, topic, partitions, replicationFactor: 1));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its address, as in <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Names another port to clients, which leads here: the mock cluster itself always listens on one that it chose.</summary>
    public void Advertise(int port) => Librdkafka.SetHostAndPort(_cluster, BrokerId, "127.0.0.1", port);

    /// <summary>Deletes the topic with its records, and creates it again.</summary>
    public void RecreateTopic(int partitions)
    {
        do
        {
            Check(Librdkafka.DeleteTopic(_cluster, _topic));
        }
        while (Librdkafka.CreateTopic(_cluster, _topic, partitions, replicationFactor: 1) is ErrorCode.TopicAlreadyExists); // a client was faster
    }

    /// <summary>Makes the broker answer with this error when it is asked for the topic; none: it has the topic.</summary>
    public void SetTopicError(ErrorCode error) => Librdkafka.SetTopicError(_cluster, _topic, error);

    /// <summary>Makes the next requests to produce fail with these errors, one each.</summary>
    public void FailProducing(params ReadOnlySpan<ErrorCode> errors) =>
        Librdkafka.PushErrors(_cluster, ProduceApi, (nuint)errors.Length, errors);

    /// <summary>Cuts all connections and refuses new ones; the records stay.</summary>
    public void GoDown() => Check(Librdkafka.SetBrokerDown(_cluster, BrokerId));

    /// <summary>Accepts connections again.</summary>
    public void ComeBack() => Check(Librdkafka.SetBrokerUp(_cluster, BrokerId));

    /// <summary>Tells the next consumer that joins a group that another one has permanently replaced it.</summary>
    public void FenceNextMember() =>
        Librdkafka.PushErrors(_cluster, JoinGroupApi, 1, [ErrorCode.FencedInstanceId]);

    public void Dispose()
    {
        _relay?.Dispose();
        _cluster.Dispose();
        _client.Dispose();
    }

    private static KafkaClientHandle NewSilentClient()
    {
        Span<byte> error = stackalloc byte[512];
        var configuration = Librdkafka.NewConfiguration();

        // A bare client logs to stderr that it has no brokers.
        if (Librdkafka.Configure(configuration, "log_level", "0", error, (nuint)error.Length) is 0)
        {
            var client = Librdkafka.NewClient(Librdkafka.ProducerType, configuration, error, (nuint)error.Length);
            if (!client.IsInvalid)
            {
                return client;
            }
        }

        var reason = Encoding.UTF8.GetString(error[..error.IndexOf((byte)0)]);
        throw new KafkaException(new Error(ErrorCode.Local_Fail, $"The embedded broker could not be started: {reason}"));
    }

    private static void Check(ErrorCode code)
    {
        if (code != ErrorCode.NoError)
        {
            throw new KafkaException(new Error(code));
        }
    }
}

/// <summary>Passes the connections to one port of this machine on to another one.</summary>
internal sealed class PortRelay : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stop = new();

    /// <exception cref="FailureException">The port is not free.</exception>
    public PortRelay(int port, IPEndPoint target)
    {
        (_listener, _target) = (new TcpListener(IPAddress.Loopback, port), target);
        try
        {
            _listener.Start();
        }
        catch (SocketException exception)
        {
            throw new FailureException(
                $"The embedded broker cannot listen on port {port}: {exception.Message.TrimEnd('.')}. Choose another one with --broker-port.", exception);
        }

        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                try
                {
                    _ = RelayAsync(await _listener.AcceptSocketAsync(_stop.Token));
                }
                catch (SocketException) when (!_stop.IsCancellationRequested)
                {
                    // Of this connection, such as too many open files: the next one may succeed.
                    await Task.Delay(Pause, _stop.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await server.ConnectAsync(_target, _stop.Token);
                await using var near = new NetworkStream(client);
                await using var far = new NetworkStream(server);
                await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
            {
            }
        }
    }
}
