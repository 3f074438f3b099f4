using System.Diagnostics;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Tests.FunctionApp.Host;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// The function app's own path: its real worker process is given ticks and batches of records as the Functions host gives them, and
/// the time to its answer is measured. The function that records also runs here, alone, on the same batches, once as it is and once without
/// the flushes to the disk: its share of that time, and the disk's.
/// </summary>
/// <param name="folder">Where the logs are.</param>
/// <param name="partitions">Partitions of the records.</param>
internal sealed class FunctionAppBenchmark(string folder, int partitions)
{
    private const int MaxTickEvents = 50_000;
    private const int TickSeconds = 5;
    private const int Ticks = 9;
    private const int MaxRecords = 200_000;

    private static readonly int[] BatchSizes = [256, 1_024, 4_096];

    /// <param name="events">At most so many events are in a tick, and in all batches of a size.</param>
    /// <param name="cancellationToken">Stops between two answers.</param>
    public async Task<FunctionAppResult> RunAsync(long events, CancellationToken cancellationToken)
    {
        var tickEvents = (int)Math.Min(events, MaxTickEvents);
        var (milliseconds, megabytes) = await FireAsync(tickEvents, cancellationToken);
        var batches = new List<FunctionAppBatch>();
        foreach (var size in BatchSizes)
        {
            batches.Add(await RecordAsync(size, (int)Math.Min(events, MaxRecords) / size, cancellationToken));
        }

        return new FunctionAppResult(tickEvents, milliseconds, megabytes, batches);
    }

    private async Task<(double Milliseconds, double Megabytes)> FireAsync(int events, CancellationToken cancellationToken)
    {
        await using var host = await FunctionsHost.StartAsync(
            ("CatEventsSchedule", $"*/{TickSeconds} * * * * *"),
            ("Simulation__EventsPerSecond", $"{events / TickSeconds}"),
            ("Simulation__Rhythm", "0"),
            ("EventLog__Directory", Path.Combine(folder, "produced")));
        var newest = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / TickSeconds * TickSeconds);
        var times = new List<double>();
        for (var i = Ticks - 1; i >= 0; i--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            times.Add(await MeasureAsync(async () => ThrowIfFailed(
                await host.FireTimerAsync("ProduceCatEvents", newest.AddSeconds(-i * TickSeconds)))));
        }

        return (MedianOfLater(times), host.Worker.PeakMegabytes);
    }

    private async Task<FunctionAppBatch> RecordAsync(int size, int count, CancellationToken cancellationToken)
    {
        await using var host = await FunctionsHost.StartAsync(("EventLog__Directory", Path.Combine(folder, $"recorded-{size}")));
        using var recorder = new EventRecorder(new FileSegmentStore(Path.Combine(folder, $"alone-{size}")), TimeProvider.System);
        using var unflushed = new EventRecorder(
            new FileSegmentStore(Path.Combine(folder, $"unflushed-{size}")) { Flush = _ => { } }, TimeProvider.System);
        var (function, functionWithoutDisk) = (FunctionWith(recorder), FunctionWith(unflushed));
        var (times, own, ownWithoutDisk) = (new List<double>(), new List<double>(), new List<double>());
        foreach (var batch in RecordBatches.Take((long)size * count, partitions, size).Select(batch => Array.ConvertAll(batch, ToResult)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var message = KafkaExtension.ToBatch(batch);
            var records = Array.ConvertAll(batch, ToRecord);
            times.Add(await MeasureAsync(async () => ThrowIfFailed(await host.InvokeAsync(nameof(RecordCatEvents), message))));
            own.Add(await MeasureAsync(() => function.RunAsync(records, cancellationToken)));
            ownWithoutDisk.Add(await MeasureAsync(() => functionWithoutDisk.RunAsync(records, cancellationToken)));
        }

        var disk = Math.Max(0, MedianOfLater(own) - MedianOfLater(ownWithoutDisk));
        return new FunctionAppBatch(size, MedianOfLater(times), MedianOfLater(ownWithoutDisk), disk);
    }

    private static RecordCatEvents FunctionWith(EventRecorder recorder) => new(
        new RetryingRecorder(recorder, Options.Create(new EventLogOptions()), TimeProvider.System, NullLogger<RetryingRecorder>.Instance),
        NullLogger<RecordCatEvents>.Instance);

    private static async Task<double> MeasureAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The median of the last two thirds: the first ones are slow until their code is compiled.</summary>
    private static double MedianOfLater(List<double> times) => Measurement.MedianOf([.. times.Skip(times.Count / 3)]);

    private static void ThrowIfFailed(InvocationResponse answer) => Require.Equal(StatusResult.Types.Status.Success, answer.Result.Status);

    private static ConsumeResult<byte[], byte[]> ToResult(ConsumedRecord record)
    {
        var headers = new Headers();
        foreach (var (name, value) in EventHeaders.Of(FunctionsHost.TraceParent))
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        return new ConsumeResult<byte[], byte[]>
        {
            Topic = EmbeddedTopic.Topic,
            Partition = record.Partition,
            Offset = record.Offset,
            Message = new Message<byte[], byte[]>
            {
                Key = record.Key!.Value.ToArray(),
                Value = record.Value!.Value.ToArray(),
                Timestamp = new Timestamp(record.Timestamp),
                Headers = headers,
            },
        };
    }

    private static KafkaRecord ToRecord(ConsumeResult<byte[], byte[]> record) => new()
    {
        Topic = record.Topic,
        Partition = record.Partition,
        Offset = record.Offset,
        Key = record.Message.Key,
        Value = record.Message.Value,
        Timestamp = new KafkaTimestamp { UnixTimestampMs = record.Message.Timestamp.UnixTimestampMs },
        Headers = [.. record.Message.Headers.Select(header => new KafkaHeader { Key = header.Key, Value = header.GetValueBytes() })],
    };
}
