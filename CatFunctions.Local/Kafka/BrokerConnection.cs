using CatFunctions.Core.Telemetry;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Knows whether the broker answers. librdkafka reports every broken connection and every attempt to repair it; here
/// they become one outage with a beginning and an end.
/// </summary>
internal sealed partial class BrokerConnection : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly KafkaSettings _kafka;
    private readonly PipelineStatus _status;
    private readonly ILogger<BrokerConnection> _logger;
    private readonly TimeProvider _clock;
    private readonly Outage _outage;
    private readonly Outage _reading;
    private readonly Lazy<IAdminClient> _admin;
    private volatile bool _isStarted;
    private volatile string? _unreadable;
    private bool _isShared;
    private volatile string? _lastClientError;

    public BrokerConnection(KafkaSettings kafka, PipelineStatus status, TimeProvider clock, ILogger<BrokerConnection> logger)
    {
        (_kafka, _status, _clock, _logger) = (kafka, status, clock, logger);
        _outage = new Outage($"The connection to Kafka at {kafka.BootstrapServers}", clock, logger);
        _reading = new Outage($"Reading topic {kafka.Topic}", clock, logger);
        _admin = new(() => KafkaSettings.Build(() => new AdminClientBuilder(kafka.ForAdmin())
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, line) => OnLog(line))
            .Build()));
    }

    /// <summary>Whether there is an outage.</summary>
    public bool IsWaiting => _outage.IsOpen || _reading.IsOpen;

    /// <summary>Which records Kafka has and the consumer cannot read, and why; null if it reads them all.</summary>
    public string? Unreadable => _unreadable;

    /// <summary>Receives which records the consumer cannot read, and why; null if it reads them all.</summary>
    public void OnUnreadable(string? problem)
    {
        _unreadable = problem;
        if (problem is null)
        {
            _reading.End();
        }
        else
        {
            _status.SetLastError(problem);
            _reading.Begin(problem);
        }
    }

    /// <summary>Receives the partitions that the group has given to the consumer.</summary>
    public void OnAssigned(IReadOnlyCollection<int> partitions)
    {
        try
        {
            var all = _admin.Value.GetMetadata(_kafka.Topic, RequestTimeout).Topics.Single().Partitions.Select(partition => partition.PartitionId);
            int[] others = [.. all.Except(partitions).Order()];
            if (others.Length > 0)
            {
                LogShared(_kafka.Group, _kafka.Topic, string.Join(", ", others));
            }
            else if (_isShared)
            {
                LogAlone(_kafka.Topic);
            }

            _isShared = others.Length > 0;
        }
        catch (KafkaException)
        {
            // The next assignment will tell.
        }
    }

    /// <summary>Receives an error from a client.</summary>
    public void OnError(Error error)
    {
        // "All brokers are down" says nothing about the cause; the client's log does.
        var reason = (error.Code is ErrorCode.Local_AllBrokersDown ? _lastClientError : null) ?? error.Reason;
        _status.SetLastError(reason);
        if (_isStarted && error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.UnknownTopicOrPart)
        {
            _outage.Begin($"{reason.TrimEnd('.')}.");
        }
    }

    /// <summary>Receives the error for which a producer has returned events: they wait.</summary>
    public void OnUndelivered(Error error)
    {
        _status.SetLastError(error.Reason);
        _outage.Begin($"{error.Reason.TrimEnd('.')}.");
    }

    /// <summary>Receives a line of a client's own log.</summary>
    public void OnLog(LogMessage line)
    {
        // A consumer passes errors on only while it is polled; its log says at once why it cannot connect.
        if (line.Level <= SyslogLevel.Error)
        {
            _lastClientError = line.Message[(line.Message.IndexOf("]: ", StringComparison.Ordinal) + 1)..].TrimStart(':', ' ');
        }

        LogClient(_logger, line.Name, line.Facility, line.Message);
    }

    /// <summary>
    /// Waits until the broker answers and has the topic. On most brokers this also creates the topic; the embedded one has it from the start.
    /// </summary>
    /// <exception cref="FailureException">This did not happen within 10 s.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var start = _clock.GetTimestamp();
        while (!_kafka.IsEmbedded && await FindProblemAsync(cancellationToken) is { } problem)
        {
            if (_clock.GetElapsedTime(start) + RequestTimeout > StartTimeout)
            {
                throw new FailureException(problem);
            }

            await Task.Delay(Pause, _clock, cancellationToken);
        }

        _isStarted = true;
    }

    /// <summary>Whether the broker answers and has the topic.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken) =>
        await FindProblemAsync(cancellationToken) is null;

    /// <summary>Detects the end of outages, until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RequestTimeout, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (_outage.IsOpen && await FindProblemAsync(cancellationToken) is null)
                {
                    _outage.End();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    public void Dispose()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }

    private async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            var metadata = await Task.Run(() => _admin.Value.GetMetadata(_kafka.Topic, RequestTimeout), cancellationToken);
            var topic = metadata.Topics.Single();
            return topic is { Error.IsError: false, Partitions.Count: > 0 }
                ? null
                : $"The topic {_kafka.Topic} is not available at {_kafka.BootstrapServers} ({topic.Error.Reason}). "
                    + "Create it there, or name another one with --topic.";
        }
        catch (KafkaException exception)
        {
            return $"No Kafka broker answers at {_kafka.BootstrapServers} ({_lastClientError ?? exception.Error.Reason}). "
                + "Check the address (--brokers) and that the broker is running.";
        }
    }

    [LoggerMessage(LogLevel.Warning, "Another member of group {Group} has these partitions of topic {Topic}: {Partitions}. Their records are not recorded here. To record all of them here, stop the other member, or choose another --group.")]
    private partial void LogShared(string group, string topic, string partitions);

    [LoggerMessage(LogLevel.Information, "All partitions of topic {Topic} are recorded here again.")]
    private partial void LogAlone(string topic);

    [LoggerMessage(LogLevel.Debug, "{Client} {Facility}: {Text}")]
    private static partial void LogClient(ILogger logger, string client, string facility, string text);
}
