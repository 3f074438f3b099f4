using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using CatFunctions.Core.Outbox;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Local.Pipeline;

/// <summary>
/// Produces the events of each tick, and again what did not reach the log. A tick for which there are no photos, or that the
/// outbox cannot keep, is missed.
/// </summary>
internal sealed partial class ProduceLoop(
    TickTimer timer,
    TickEventSource source,
    EventProducer producer,
    KafkaSettings kafka,
    PipelineStatus status,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<ProduceLoop> logger,
    TickOutbox? outbox = null)
{
    private readonly Outage _outage = new("Producing", clock, logger);
    private readonly Outage _outboxOutage = new("The outbox", clock, logger);
    private long _resent = clock.GetTimestamp();

    /// <summary>Whether what could not be delivered is kept for the next start.</summary>
    public bool HasOutbox => outbox is { IsEnabled: true };

    /// <summary>Whether there is an outage.</summary>
    public bool IsWaiting => _outage.IsOpen || _outboxOutage.IsOpen;

    /// <summary>Produces until stopped, then finishes the tick and delivers all of it; gives up when aborted.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            // A broker in this process begins empty: what the log lacks is not on its way.
            await ResendAsync(kafka.IsEmbedded, abort);
            await foreach (var tick in timer.TicksAsync(stop))
            {
                if (clock.GetElapsedTime(_resent) >= TickOutbox.Interval)
                {
                    await ResendAsync(isKafkaEmpty: false, abort);
                }

                await ProduceAsync(tick, stop, abort);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }

        status.CountUndelivered(await producer.FlushAsync(abort));
    }

    private async Task ProduceAsync(Tick tick, CancellationToken stop, CancellationToken abort)
    {
        try
        {
            using var trace = PipelineTrace.StartTick(tick);
            using var events = await source.GenerateAsync(tick, stop);

            // Once started, a tick is produced to its end.
            stop.ThrowIfCancellationRequested();
            var isNew = outbox is null || await outbox.TryAddAsync(tick, events, abort);
            _outage.End();
            if (!isNew)
            {
                return;
            }

            metrics.CountTick(events.Count);
            var produced = 0;
            try
            {
                for (; produced < events.Count; produced++)
                {
                    await producer.ProduceAsync(events[produced], abort);
                }
            }
            finally
            {
                status.CountUndelivered(events.Count - produced);
            }
        }
        catch (Exception exception) when (exception is PhotoSourceException or EventLogException)
        {
            status.SetLastError(exception.Message);
            status.CountMissedTicks(1);
            metrics.CountMissedTicks(1);
            _outage.Begin(exception.Message);
        }
    }

    /// <summary>After a stop, when all is recorded: removes what the log holds from the outbox.</summary>
    public async Task CleanAsync(CancellationToken abort)
    {
        try
        {
            await (outbox?.RemoveWholeAsync(abort) ?? Task.CompletedTask);
        }
        catch (EventLogException exception)
        {
            _outboxOutage.Begin(exception.Message);
        }
    }

    private async Task ResendAsync(bool isKafkaEmpty, CancellationToken abort)
    {
        _resent = clock.GetTimestamp();
        if (outbox is null)
        {
            return;
        }

        try
        {
            var count = 0;
            await foreach (var lost in outbox.ResendAsync(isKafkaEmpty, abort))
            {
                await producer.ResendAsync(lost, abort);
                count++;
            }

            _outboxOutage.End();
            if (count > 0)
            {
                LogResent(count);
            }
        }
        catch (EventLogException exception)
        {
            status.SetLastError(exception.Message);
            _outboxOutage.Begin(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Sent {Count} events again, which had not reached the log.")]
    private partial void LogResent(int count);
}
