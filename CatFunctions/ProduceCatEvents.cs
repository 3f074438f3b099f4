using System.Diagnostics;
using CatFunctions.Core.Events;
using CatFunctions.Core.Outbox;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using CatFunctions.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace CatFunctions;

/// <summary>The timer's half of the pipeline: each tick becomes events on the Kafka topic.</summary>
public sealed partial class ProduceCatEvents(
    TickEventSource source,
    TickSchedule schedule,
    TickGuard guard,
    TickOutbox outbox,
    PipelineMetrics metrics,
    TimeProvider clock,
    ILogger<ProduceCatEvents> logger)
{
    [Function(nameof(ProduceCatEvents))]
    [KafkaOutput(
        $"%{nameof(AppSettings.KafkaBrokerList)}%", $"%{nameof(AppSettings.KafkaTopic)}%", EnableIdempotence = true)]
    public async Task<KafkaEnvelopes> RunAsync(
        [TimerTrigger($"%{nameof(AppSettings.CatEventsSchedule)}%")] TimerInfo timer,
        CancellationToken cancellationToken)
    {
        // The host keeps a schedule status only for schedules that fire at most once a minute. While a function runs,
        // its Next is the occurrence that the function runs for.
        var tick = schedule.TickFor(clock.GetLocalNow(), timer.ScheduleStatus?.Next);
        using var trace = PipelineTrace.StartTick(tick);
        var events = await source.GenerateAsync(tick, cancellationToken);
        if (!await outbox.TryAddAsync(tick, events, cancellationToken) || !guard.TryPass(tick))
        {
            events.Dispose();
            LogRepeated(tick.ScheduledTime);
            return new KafkaEnvelopes([], tick.ScheduledTime, []);
        }

        metrics.CountTick(events.Count);
        LogProduced(events.Count, tick.ScheduledTime, timer.IsPastDue);
        return new KafkaEnvelopes(events, tick.ScheduledTime, EventHeaders.Of(EventHeaders.TraceParentOf(Activity.Current)));
    }

    [LoggerMessage(LogLevel.Information, "Producing the {Count} events of tick {Tick:O} (past due: {PastDue})")]
    private partial void LogProduced(int count, DateTimeOffset tick, bool pastDue);

    [LoggerMessage(LogLevel.Information, "Tick {Tick:O} was produced before, so there is nothing to produce")]
    private partial void LogRepeated(DateTimeOffset tick);
}
