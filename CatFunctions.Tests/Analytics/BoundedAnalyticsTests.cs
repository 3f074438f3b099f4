using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics;

/// <summary>Whatever the events hold, memory and answers stay bounded, the sums exact, and the report says what is left out.</summary>
public sealed class BoundedAnalyticsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);
    private static readonly SegmentName Events = new(LogKind.Events, SegmentName.HourOf(Now), 0, 1, 0);

    [Fact]
    public void More_photos_than_are_told_apart_still_count_in_the_sums()
    {
        var analytics = new AnalyticsState(Now);
        const int Photos = PhotoTable.MaxPhotos + 1_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Add(analytics, Photos, i => $"cat-{i}", i => $"breed-{i % 100_000}", i => $"user-{i}");

        var report = Report(analytics);

        report.Totals.Views.ShouldBe(Photos);
        report.Breeds.Count.ShouldBe(ReportBuilder.MaxBreeds);
        report.Leaderboards.MostViewed.Count.ShouldBe(10);
        report.Limits.Count.ShouldBe(2);
        report.Limits[0].ShouldContain("too many photos");
        report.Limits[1].ShouldBe("Of 100,000 breeds, the 100 most viewed are listed.");
        JsonSerializer.SerializeToUtf8Bytes(report, AnalyticsJsonContext.Default.AnalyticsReport).Length.ShouldBeLessThan(200_000);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(400_000_000);
        GC.KeepAlive(analytics);
    }

    [Fact]
    public void The_longest_addresses_take_no_more_memory_than_there_is()
    {
        var analytics = new AnalyticsState(Now);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var path = new string('x', 2_000);
        Add(analytics, 200_000, i => $"cat-{i}", _ => "Abyssinian", _ => "user-1", path);

        var report = Report(analytics);

        report.Totals.Views.ShouldBe(200_000);
        report.Limits.ShouldHaveSingleItem().ShouldContain("without their address");
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(400_000_000);
        GC.KeepAlive(analytics);
    }

    [Fact]
    public void Parts_of_the_log_that_are_read_apart_keep_to_the_limits_together()
    {
        var left = new AnalyticsState(Now);
        var right = new AnalyticsState(Now);
        Add(left, 600_000, i => $"left-{i}", _ => "Abyssinian", _ => "user-1");
        Add(right, 600_000, i => $"right-{i}", _ => "Abyssinian", _ => "user-1");

        left.Merge(right);

        left.Photos.Count.ShouldBe(PhotoTable.MaxPhotos);
        var report = Report(left);
        report.Totals.Views.ShouldBe(1_200_000);
        report.Timeline.Buckets.Sum(bucket => bucket.Views).ShouldBe(1_200_000);
        report.Limits.ShouldNotBeEmpty();
    }

    private static AnalyticsReport Report(AnalyticsState analytics) => Reports.Of(analytics, AnalyticsWindow.All, Now);

    private static void Add(
        AnalyticsState analytics, int events, Func<int, string> photo, Func<int, string> breed, Func<int, string> user, string path = "images")
    {
        var lines = new StringBuilder();
        for (var i = 0; i < events; i++)
        {
            lines.Append($$$"""{"kafkapartition":0,"kafkaoffset":{{{i}}},"specversion":"1.0","id":"20261122T073000000Z-{{{i}}}","source":"/catfunctions/simulator","type":"catfunctions.photo.viewed","subject":"{{{photo(i)}}}","time":"2026-11-22T07:30:00.000Z","datacontenttype":"application/json","ticksize":{{{events}}},"data":{"photoUrl":"https://cdn2.thecatapi.com/{{{path}}}/{{{photo(i)}}}.jpg","breed":"{{{breed(i)}}}","userId":"{{{user(i)}}}"}}""").Append('\n');
            if (lines.Length > 1 << 20 || i == events - 1)
            {
                analytics.AddEvents(Events, Encoding.UTF8.GetBytes(lines.ToString()));
                lines.Clear();
            }
        }
    }
}
