using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Analytics;

/// <summary>On blobs, each request takes time and costs money.</summary>
public sealed class BlobSnapshotTests(Azurite azurite, ITestOutputHelper output)
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

    /// <summary>Answers for the first time, as a process does that has just started.</summary>
    private async Task<(int Requests, long Views)> StartAsync(BlobTestLog log, TimeProvider clock)
    {
        var counter = new RequestCounter();
        var options = new BlobClientOptions();
        options.AddPolicy(counter, HttpPipelinePosition.PerRetry);
        var container = new BlobContainerClient(azurite.ConnectionString, log.Container.Name, options);
        using var analytics = new AnalyticsService(
            new AppendBlobSegmentStore(container), clock, snapshots: new BlobSnapshotStore(container))
        {
            AnswerTimeout = Timeout.InfiniteTimeSpan,
        };
        var report = await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None);
        await analytics.WhenSavedAsync(CancellationToken.None);
        return (counter.Requests, report.Totals.Views);
    }

    private sealed class RequestCounter : HttpPipelineSynchronousPolicy
    {
        private int _requests;

        public int Requests => _requests;

        public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref _requests);
    }
}
