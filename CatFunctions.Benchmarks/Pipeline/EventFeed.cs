using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Simulates events and produces them as the local host does, only as fast as it can.</summary>
internal static class EventFeed
{
    /// <summary>So many events fit into one partition of an embedded broker, even if they all are in one.</summary>
    private const int MaxWaiting = 8_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Produces events until the broker has confirmed them all.</summary>
    /// <param name="kafka">Where to.</param>
    /// <param name="events">How many.</param>
    /// <param name="reader">If given, it is never more than <see cref="MaxWaiting"/> events behind.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FailureException">The broker does not answer, or did not take them all.</exception>
    public static async Task ProduceAsync(
        KafkaSettings kafka, long events, ReadProgress? reader, CancellationToken cancellationToken)
    {
        var status = new PipelineStatus(TimeProvider.System);
        using var producer = new EventProducer(kafka, new InFlightBudget(byteLimit: null), status, kafka.NewHealth(status));
        var produced = 0L;
        foreach (var next in GeneratedEvents.Take(events))
        {
            while (produced - reader?.Events >= MaxWaiting)
            {
                await Task.Delay(Pause, cancellationToken);
            }

            await producer.ProduceAsync(next, cancellationToken);
            produced++;
        }

        await producer.FlushAsync(cancellationToken);
        if (status.Produced < events)
        {
            throw new FailureException(
                $"Only {status.Produced} of {events} events could be produced: {status.LastError?.Message ?? "stopped"}");
        }
    }
}
