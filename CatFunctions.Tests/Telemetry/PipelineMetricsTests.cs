using System.Diagnostics.Metrics;
using CatFunctions.Core.Telemetry;
using CatFunctions.Tests.Deployment;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Tests.Telemetry;

public sealed class PipelineMetricsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(TestEvents.Timestamp);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Dictionary<string, List<double>> _measured = [];
    private readonly List<Instrument> _instruments = [];
    private readonly MeterListener _listener = new();
    private readonly PipelineMetrics _metrics;
    private readonly EventRecorder _recorder;

    public PipelineMetricsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _metrics = new PipelineMetrics(meters, _clock);
        _recorder = new EventRecorder(new FileSegmentStore(_folder.Path), _clock, _metrics);

        // The meter of this test alone: others run beside it.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PipelineMetrics.MeterName && instrument.Meter.Scope == meters)
            {
                _instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _recorder.Dispose();
        _services.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_tick_counts_once_and_its_events_each()
    {
        _metrics.CountTick(events: 250);

        Measured("catfunctions.ticks").ShouldBe([1]);
        Measured("catfunctions.events.produced").ShouldBe([250]);
    }

    [Fact]
    public void Each_missed_tick_counts()
    {
        _metrics.CountMissedTicks(3);

        Measured("catfunctions.ticks.missed").ShouldBe([3]);
    }

    [Fact]
    public async Task Photos_that_come_are_counted()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(_metrics).AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<IConfiguration>(new ConfigurationManager());
        await using var provider = services.AddPhotos(PhotoMode.Sample).BuildServiceProvider();

        var gallery = await provider.GetRequiredService<GalleryRefresher>().GetAsync(CancellationToken.None);

        Measured("catfunctions.photos.fetched").Sum().ShouldBe(gallery.Photos.Length);
    }

    [Fact]
    public async Task A_batch_is_counted_by_what_became_of_its_records()
    {
        await RecordAsync(TestEvents.Events(0, 3));
        await RecordAsync([.. TestEvents.Events(1, 4), TestEvents.Record(5, TestEvents.Utf8("no event"))]);

        Measured("catfunctions.events.recorded").Sum().ShouldBe(5);
        Measured("catfunctions.records.redelivered").Sum().ShouldBe(2);
        Measured("catfunctions.records.dead_lettered").Sum().ShouldBe(1);
        Measured("catfunctions.batch.size").ShouldBe([3, 5]);
        Measured("catfunctions.append.duration").Count.ShouldBe(2);
    }

    [Fact]
    public async Task However_many_events_a_batch_has_it_is_measured_once()
    {
        await RecordAsync(TestEvents.Events(0, 1000));

        _measured.Values.ShouldAllBe(values => values.Count == 1);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_recorded_does_not_count()
    {
        var root = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(root, "");
        using var recorder = new EventRecorder(new FileSegmentStore(root), _clock, _metrics);

        await Should.ThrowAsync<EventLogException>(recorder.RecordAsync(TestEvents.Events(0, 3), CancellationToken.None));

        _measured.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_newest_event_ages_until_a_newer_one_is_recorded()
    {
        await RecordAsync(TestEvents.Events(0, 3));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Age().ShouldBe(30);

        await RecordAsync([TestEvents.Event(3) with { Timestamp = TestEvents.Timestamp.AddSeconds(20) }]);
        Age().ShouldBe(10);

        await RecordAsync(TestEvents.Events(4, 1));
        Age().ShouldBe(10);
    }

    [Fact]
    public void Before_the_first_event_there_is_no_age()
    {
        _listener.RecordObservableInstruments();

        Measured("catfunctions.newest_event.age").ShouldBeEmpty();
    }

    [Fact]
    public void The_guide_lists_every_metric_with_its_unit()
    {
        var rows = Repository.Read("docs/telemetry.md").Split('\n')
            .Where(line => line.StartsWith("| `catfunctions.", StringComparison.Ordinal))
            .Select(line => line.Split('|').Select(cell => cell.Trim(' ', '`')).ToArray())
            .Select(cells => (cells[1], cells[3]));

        rows.ShouldBe(_instruments.Select(instrument => (instrument.Name, instrument.Unit!)), ignoreOrder: true);
    }

    private double Age()
    {
        _listener.RecordObservableInstruments();
        return Measured("catfunctions.newest_event.age")[^1];
    }

    private Task<RecordResult> RecordAsync(IReadOnlyList<ConsumedRecord> batch) =>
        _recorder.RecordAsync(batch, CancellationToken.None);

    private List<double> Measured(string name) => _measured.GetValueOrDefault(name) ?? [];

    private void Add(Instrument instrument, double value)
    {
        if (!_measured.TryGetValue(instrument.Name, out var values))
        {
            _measured[instrument.Name] = values = [];
        }

        values.Add(value);
    }
}
