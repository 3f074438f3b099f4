using System.Diagnostics;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Something that reads all events of a topic and does something with them.</summary>
internal interface ITopicReader
{
    /// <summary>The reader, for the table.</summary>
    string Name { get; }

    /// <summary>The reason why this machine cannot run it; null if there is none.</summary>
    string? FindMissing() => null;

    /// <summary>Reads <see cref="ReadProgress.Total"/> events from the beginning of the topic.</summary>
    Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken);
}

/// <summary>The progress of a reader of the topic, and its rate. One thread reports.</summary>
/// <param name="total">The number of events to read.</param>
/// <param name="isFollowed">Whether a producer waits for the reader.</param>
internal sealed class ReadProgress(long total, bool isFollowed)
{
    private long _events;
    private long _bytes;
    private long _begin;
    private long _end;

    /// <summary>The number of events to read.</summary>
    public long Total { get; } = total;

    /// <summary>Whether a producer waits for the reader, so every report matters.</summary>
    public bool IsFollowed { get; } = isFollowed;

    /// <summary>The number of events read, as far as reported.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>A number that grows while the reader makes progress.</summary>
    public long Signs => Events + Volatile.Read(ref _bytes);

    /// <summary>
    /// From the arrival of the first events to the last one: the time that a reader took to start, or to join its group,
    /// does not count.
    /// </summary>
    public double EventsPerSecond => Total / Stopwatch.GetElapsedTime(_begin, _end).TotalSeconds;

    /// <summary>The first events have arrived. Further calls change nothing.</summary>
    public void Begin() => _begin = _begin == 0 ? Stopwatch.GetTimestamp() : _begin;

    public void Report(long events) => Volatile.Write(ref _events, events);

    /// <summary>Reports the bytes written so far: cheaper than counting events.</summary>
    public void ReportBytes(long bytes) => Volatile.Write(ref _bytes, bytes);

    /// <summary>All events were read, <paramref name="ago"/> before now.</summary>
    public void End(TimeSpan ago = default)
    {
        _end = Stopwatch.GetTimestamp() - (long)(ago.TotalSeconds * Stopwatch.Frequency);
        Report(Total);
    }
}

/// <summary>The recorder of the local host: validates, de-duplicates, appends and flushes each batch to disk.</summary>
/// <param name="folder">Where its log is; emptied before each run.</param>
internal sealed class RecorderReader(string folder) : ITopicReader
{
    public string Name => "record to the log";

    /// <summary>Where its log is.</summary>
    public string Folder => folder;

    public async Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var handled = 0L;
        var status = new PipelineStatus(TimeProvider.System);
        using var recorder = new EventRecorder(new FileSegmentStore(folder), TimeProvider.System);
        using var consumer = new EventConsumer(kafka, kafka.NewConnection(status));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loop = new RecordLoop(
            consumer,
            recorder,
            Options.Create(new EventLogOptions()),
            new InFlightBudget(byteLimit: null),
            status,
            TimeProvider.System,
            NullLogger<RecordLoop>.Instance,
            RecordAsync);
        await loop.RunAsync(stop.Token, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Require.Equal(progress.Total, status.Recorded);

        async Task<RecordResult> RecordAsync(IReadOnlyList<ConsumedRecord> batch, CancellationToken abort)
        {
            progress.Begin();
            var result = await recorder.RecordAsync(batch, abort);
            handled += batch.Count;
            progress.Report(handled);
            if (handled >= progress.Total)
            {
                progress.End();
                await stop.CancelAsync();
            }

            return result;
        }
    }
}

/// <summary>
/// The usual loop over Confluent.Kafka, which ignores the records. It has the recorder's settings and, like the
/// recorder, asks for no headers: both make it faster.
/// </summary>
internal sealed class ConsumeLoopReader : ITopicReader
{
    private const int ReportInterval = 1000;

    public string Name => "bare consume loop (Confluent.Kafka)";

    public Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Read(kafka, progress, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private static void Read(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken)
    {
        var config = kafka.ForConsumer();
        config.ConsumeResultFields = "timestamp";
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Subscribe(kafka.Topic);
        for (var events = 1L; events <= progress.Total; events++)
        {
            consumer.Consume(cancellationToken);
            if (events % ReportInterval == 1)
            {
                progress.Begin();
                progress.Report(events);
            }
        }

        progress.End();
        consumer.Close();
    }
}
