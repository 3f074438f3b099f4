using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Analytics;

/// <summary>On blobs, each request takes time and costs money.</summary>
public sealed class BlobRequestTests(Azurite azurite, ITestOutputHelper output)
{
    private const int Hours = 3 * 24;

    [Fact]
    public async Task A_start_over_days_of_blobs_takes_few_requests()
    {
        using var log = new BlobTestLog(azurite);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 20, 30, 0, TimeSpan.Zero));
        using (var recorder = new EventRecorder(log.Store, clock))
        {
            for (var hour = 0; hour < Hours; hour++)
            {
                await recorder.RecordAsync(TestEvents.Events(hour * 10, 10), CancellationToken.None);
                clock.Advance(TimeSpan.FromHours(1));
            }
        }

        var (first, views) = await StartAsync(log, clock);
        var (second, sameViews) = await StartAsync(log, clock);

        output.WriteLine($"{first} requests to read the log and to keep its snapshots, {second} to start with them");
        sameViews.ShouldBe(views);
        first.ShouldBeGreaterThan(Hours);
        second.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task An_hour_that_is_not_over_takes_two_reads_for_each_partition_however_long_it_is()
    {
        using var log = new BlobTestLog(azurite);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 20, 30, 0, TimeSpan.Zero));
        using (var recorder = new EventRecorder(log.Store, clock))
        {
            await recorder.RecordAsync(TestEvents.Events(0, 20_000), CancellationToken.None);
        }

        var (requests, views) = await StartAsync(log, clock);

        views.ShouldBe(20_000);
        requests.ShouldBe(3 + 1 + 2); // the logs, the snapshots, the segment
    }

    [Fact]
    public async Task Who_looks_on_lists_the_blobs_rarely_while_no_segment_is_expected()
    {
        using var log = new BlobTestLog(azurite);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 20, 50, 0, TimeSpan.Zero));
        using var recorder = new EventRecorder(log.Store, clock);
        var counter = new RequestCounter();
        using var analytics = new AnalyticsService(new AppendBlobSegmentStore(Connect(log, counter)), clock);
        for (var second = 0; second < 20 * 60; second += 5)
        {
            await recorder.RecordAsync(TestEvents.Events(second, 5), CancellationToken.None);
            var report = await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None);

            report.Totals.Views.ShouldBe(second + 5);
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        // Three logs every 10 seconds, and with every look in the first minute of the hour.
        counter.Lists.ShouldBeInRange(3 * 19 * 6, 3 * ((19 * 6) + 12 + 10));
    }

    /// <summary>Answers for the first time, as a process does that has just started.</summary>
    private async Task<(int Requests, long Views)> StartAsync(BlobTestLog log, TimeProvider clock)
    {
        var counter = new RequestCounter();
        var container = Connect(log, counter);
        using var analytics = new AnalyticsService(
            new AppendBlobSegmentStore(container), clock, snapshots: new BlobSnapshotStore(container))
        {
            AnswerTimeout = Timeout.InfiniteTimeSpan,
        };
        var report = await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None);
        await analytics.WhenSavedAsync(CancellationToken.None);
        return (counter.Requests, report.Totals.Views);
    }

    private BlobContainerClient Connect(BlobTestLog log, RequestCounter counter)
    {
        var options = new BlobClientOptions();
        options.AddPolicy(counter, HttpPipelinePosition.PerRetry);
        return new BlobContainerClient(azurite.ConnectionString, log.Container.Name, options);
    }

    private sealed class RequestCounter : HttpPipelineSynchronousPolicy
    {
        private int _requests;
        private int _lists;

        public int Requests => _requests;

        public int Lists => _lists;

        public override void OnSendingRequest(HttpMessage message)
        {
            Interlocked.Increment(ref _requests);
            if (message.Request.Uri.Query.Contains("comp=list", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _lists);
            }
        }
    }
}
