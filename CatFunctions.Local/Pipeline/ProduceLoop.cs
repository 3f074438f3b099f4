using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Local.Pipeline;

/// <summary>Produces the events of each tick. A tick for which there are no photos is skipped.</summary>
internal sealed class ProduceLoop(
    TickTimer timer,
    TickEventSource source,
    EventProducer producer,
    PipelineStatus status,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<ProduceLoop> logger)
{
    private readonly Outage _outage = new("Producing", clock, logger);

    /// <summary>Whether there is an outage.</summary>
    public bool IsWaiting => _outage.IsOpen;

    /// <summary>Produces until stopped, then finishes the tick and delivers all of it; gives up when aborted.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            await foreach (var tick in timer.TicksAsync(stop))
            {
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
            _outage.End();

            // Once started, a tick is produced to its end.
            stop.ThrowIfCancellationRequested();
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
        catch (PhotoSourceException exception)
        {
            status.SetLastError(exception.Message);
            _outage.Begin(exception.Message);
        }
    }
}
