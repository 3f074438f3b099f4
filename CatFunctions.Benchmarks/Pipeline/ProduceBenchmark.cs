using System.Diagnostics;
using CatFunctions.Core.Events;
using CatFunctions.Core.Outbox;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Produces as <c>produce</c> does, tick by tick, but as fast as possible.</summary>
internal static class ProduceBenchmark
{
    /// <summary>Simulates and produces events until the broker has confirmed them all.</summary>
    /// <param name="kafka">The topic.</param>
    /// <param name="events">The number of events, rounded up to a whole tick.</param>
    /// <param name="outboxFolder">Where the ticks are kept first; null: nowhere.</param>
    /// <param name="cancellationToken">Stops producing.</param>
    /// <returns>Events per second.</returns>
    public static async Task<double> RunAsync(KafkaSettings kafka, long events, string? outboxFolder, CancellationToken cancellationToken)
    {
        var status = new PipelineStatus(TimeProvider.System);
        using var connection = kafka.NewConnection(status);
        await connection.WaitUntilReadyAsync(cancellationToken);
        using var producer = new EventProducer(kafka, new InFlightBudget(byteLimit: null), status, connection);
        var outbox = outboxFolder is null ? null : new FileOutboxStore(outboxFolder);
        var count = 0L;
        var start = Stopwatch.GetTimestamp();
        foreach (var tick in GeneratedEvents.Ticks(events).TakeWhile(_ => count < events))
        {
            using var produced = GeneratedEvents.Write(tick);
            if (outbox is not null)
            {
                await outbox.TryAddAsync(tick.ScheduledTime, produced, cancellationToken);
            }

            for (var i = 0; i < produced.Count; i++, count++)
            {
                await producer.ProduceAsync(produced[i], cancellationToken);
            }
        }

        await producer.FlushAsync(cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Require.Equal(count, status.Produced);
        if (outboxFolder is not null)
        {
            Directory.Delete(outboxFolder, recursive: true);
        }

        return count / elapsed.TotalSeconds;
    }
}

/// <summary>librdkafka's own limit: the same records with the same settings, written beforehand and only handed over.</summary>
internal static class BareProduceLoop
{
    /// <summary>Produces events until the broker has confirmed them all.</summary>
    /// <returns>Events per second.</returns>
    public static double Run(KafkaSettings kafka, long events)
    {
        using var tick = GeneratedEvents.Write(GeneratedEvents.FixedTick);
        var records = tick.Select(produced => (Key: Encoding.UTF8.GetBytes(produced.Key), Value: produced.Value.ToArray())).ToArray();
        var headers = new RecordHeaders(EventHeaders.Of(traceParent: null));
        var confirmed = 0L;
        using var client = new RecordWriter(kafka, _ => { }, (_, _) => { }, reported => Interlocked.Add(ref confirmed, reported.Length));
        var start = Stopwatch.GetTimestamp();
        for (var i = 0L; i < events; i++)
        {
            var (key, value) = records[i % records.Length];
            while (client.TryAdd(key, value, headers, opaque: 0) is not ErrorCode.NoError)
            {
                Thread.Sleep(1); // its queue is full
            }
        }

        while (Interlocked.Read(ref confirmed) < events)
        {
            Thread.Sleep(1);
        }

        return events / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
