using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CatFunctions.Core.Telemetry;

/// <summary>The metrics of the pipeline, counted per tick and per batch, never per event. docs/telemetry.md lists them.</summary>
public sealed class PipelineMetrics
{
    public const string MeterName = "CatFunctions";

    private readonly TimeProvider _clock;
    private readonly Counter<long> _ticks;
    private readonly Counter<long> _ticksMissed;
    private readonly Counter<long> _photosFetched;
    private readonly Counter<long> _eventsProduced;
    private readonly Counter<long> _eventsRecorded;
    private readonly Counter<long> _recordsRedelivered;
    private readonly Counter<long> _recordsDeadLettered;
    private readonly Counter<long> _offsetsSkipped;
    private readonly Counter<long> _eventsResent;
    private readonly Gauge<long> _eventsInFlight;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _appendDuration;
    private long _newestEvent;
    private long _missedTicks;

    public PipelineMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(MeterName);
        _ticks = meter.CreateCounter<long>(
            "catfunctions.ticks", "{tick}", "Ticks whose events were produced.");
        _ticksMissed = meter.CreateCounter<long>(
            "catfunctions.ticks.missed", "{tick}", "Ticks without events: nothing could be produced for them, or an earlier one took longer than the schedule allows.");
        _photosFetched = meter.CreateCounter<long>(
            "catfunctions.photos.fetched", "{photo}", "Photos that came from the photo source.");
        _eventsProduced = meter.CreateCounter<long>(
            "catfunctions.events.produced", "{event}", "Events handed over for Kafka.");
        _eventsRecorded = meter.CreateCounter<long>(
            "catfunctions.events.recorded", "{event}", "Events appended to the log.");
        _recordsRedelivered = meter.CreateCounter<long>(
            "catfunctions.records.redelivered", "{record}", "Records that the log already held.");
        _recordsDeadLettered = meter.CreateCounter<long>(
            "catfunctions.records.dead_lettered", "{record}", "Records appended to the dead letters.");
        _offsetsSkipped = meter.CreateCounter<long>(
            "catfunctions.offsets.skipped", "{offset}", "Offsets without a record: lost, unless the topic is compacted or written in transactions.");
        _eventsResent = meter.CreateCounter<long>(
            "catfunctions.events.resent", "{event}", "Events that were sent again, because they did not reach the log.");
        _eventsInFlight = meter.CreateGauge<long>(
            "catfunctions.events.in_flight", "{event}", "Events that were produced and are not in the log yet, as of the last look at the outbox.");
        _batchSize = meter.CreateHistogram(
            "catfunctions.batch.size", "{record}", "Records of a recorded batch.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384] });
        _appendDuration = meter.CreateHistogram(
            "catfunctions.append.duration", "s", "Time until a batch is durable in the log.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        meter.CreateObservableGauge(
            "catfunctions.newest_event.age", NewestEventAge, "s", "Time since the newest recorded event reached Kafka.");
    }

    /// <summary>A tick's events were handed over for Kafka.</summary>
    public void CountTick(int events)
    {
        _ticks.Add(1);
        _eventsProduced.Add(events);
    }

    /// <summary>How many ticks were missed since this process started.</summary>
    public long MissedTicks => Interlocked.Read(ref _missedTicks);

    /// <summary>Ticks were missed, because an earlier one took longer than the schedule allows.</summary>
    public void CountMissedTicks(long ticks)
    {
        Interlocked.Add(ref _missedTicks, ticks);
        _ticksMissed.Add(ticks);
    }

    /// <summary>Events were sent again.</summary>
    public void CountResent(int events) => _eventsResent.Add(events);

    /// <summary>So many events are in the outbox and not in the log.</summary>
    public void SetInFlight(long events) => _eventsInFlight.Record(events);

    public void CountPhotos(int photos) => _photosFetched.Add(photos);

    /// <summary>A batch is in the log.</summary>
    /// <param name="recorded">How many of its records were appended to the log.</param>
    /// <param name="redelivered">How many the log already held.</param>
    /// <param name="deadLettered">How many were appended to the dead letters.</param>
    /// <param name="skipped">How many offsets were skipped over before and between them.</param>
    /// <param name="newest">The Kafka timestamp of its newest record.</param>
    /// <param name="duration">How long it took.</param>
    internal void CountBatch(
        int recorded, int redelivered, int deadLettered, long skipped, DateTimeOffset newest, TimeSpan duration)
    {
        _eventsRecorded.Add(recorded);
        _recordsRedelivered.Add(redelivered);
        _recordsDeadLettered.Add(deadLettered);
        _offsetsSkipped.Add(skipped);
        _batchSize.Record(recorded + redelivered + deadLettered);
        _appendDuration.Record(duration.TotalSeconds);
        if (newest.UtcTicks > Interlocked.Read(ref _newestEvent))
        {
            Interlocked.Exchange(ref _newestEvent, newest.UtcTicks); // batches are recorded one at a time
        }
    }

    private IEnumerable<Measurement<double>> NewestEventAge()
    {
        var newest = Interlocked.Read(ref _newestEvent);
        return newest == 0 ? [] : [new((_clock.GetUtcNow() - new DateTimeOffset(newest, TimeSpan.Zero)).TotalSeconds)];
    }
}

public static class PipelineMetricsServices
{
    /// <summary>Adds the <see cref="PipelineMetrics"/>. Exporting them is up to the host.</summary>
    public static IServiceCollection AddPipelineMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PipelineMetrics>();
        return services;
    }
}
