using System.Diagnostics;
using CatFunctions.Core.Telemetry;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Telemetry;

public sealed class PipelineTraceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly EventRecorder _recorder;
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;
    private readonly Activity _test = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

    public PipelineTraceTests()
    {
        _recorder = new EventRecorder(new FileSegmentStore(_folder.Path), TimeProvider.System);

        // The spans of this test alone: others run beside it.
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == PipelineTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == _test.TraceId
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _test.TraceId)
                {
                    _ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _test.Dispose();
        _recorder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_tick_is_a_span_under_that_of_its_function()
    {
        var tick = new Tick(new DateTimeOffset(2026, 11, 22, 7, 30, 15, TimeSpan.Zero), TimeSpan.FromSeconds(5));

        using (PipelineTrace.StartTick(tick))
        {
            Activity.Current!.ParentSpanId.ShouldBe(_test.SpanId);
        }

        var span = _ended.ShouldHaveSingleItem();
        span.OperationName.ShouldBe("produce tick");
        span.GetTagItem("catfunctions.tick").ShouldBe("20261122T073015000Z");
    }

    [Fact]
    public async Task A_batch_links_to_each_tick_that_its_records_come_from_once()
    {
        var (first, second) = (TraceParent(), TraceParent());

        await RecordAsync(first, first, second, first, second);

        var span = _ended.ShouldHaveSingleItem();
        span.OperationName.ShouldBe("record batch");
        span.ParentSpanId.ShouldBe(_test.SpanId);
        span.GetTagItem("messaging.batch.message_count").ShouldBe(5);
        span.Links.Select(link => $"00-{link.Context.TraceId}-{link.Context.SpanId}-01").ShouldBe([first, second]);
    }

    [Fact]
    public async Task The_links_of_a_batch_are_bounded()
    {
        await RecordAsync([.. Enumerable.Range(0, PipelineTrace.MaxLinks + 1).Select(_ => TraceParent())]);

        _ended.ShouldHaveSingleItem().Links.Count().ShouldBe(PipelineTrace.MaxLinks);
    }

    [Fact]
    public async Task A_trace_that_is_missing_or_invalid_links_to_nothing_and_does_no_harm()
    {
        await RecordAsync("", "no trace", "00-0-0-01", "\u00ff");

        _ended.ShouldHaveSingleItem().Links.ShouldBeEmpty();
        LogFolder.Offsets(_folder.Path).Length.ShouldBe(4);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_recorded_is_a_span_with_an_error()
    {
        var root = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(root, "");
        using var recorder = new EventRecorder(new FileSegmentStore(root), TimeProvider.System);

        await Should.ThrowAsync<EventLogException>(recorder.RecordAsync(TestEvents.Events(0, 1), CancellationToken.None));

        _ended.ShouldHaveSingleItem().Status.ShouldBe(ActivityStatusCode.Error);
    }

    private static string TraceParent() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private Task<RecordResult> RecordAsync(params string[] traceParents)
    {
        ConsumedRecord[] batch = [.. traceParents.Select((traceParent, offset) =>
            TestEvents.Event(offset) with { Headers = [new("traceparent", Encoding.Latin1.GetBytes(traceParent))] })];
        return _recorder.RecordAsync(batch, CancellationToken.None);
    }
}
