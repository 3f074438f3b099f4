using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics;

/// <summary>Analytics of a simulated hour, against the truth that only the simulator knows and a recount of the log.</summary>
public sealed class GroundTruthTests(SimulatedHour hour) : IClassFixture<SimulatedHour>
{
    [Fact]
    public async Task After_100_000_events_the_best_rated_are_those_that_appeal_most()
    {
        var report = await GetAsync(AnalyticsWindow.All);
        report.Health.Recorded.ShouldBeGreaterThan(100_000);

        var rated = report.Leaderboards.BestRated.Select(photo => photo.PhotoId).ToArray();

        rated.Length.ShouldBe(SimulatedHour.Photos);
        Spearman(rated, [.. rated.OrderByDescending(hour.Simulator.AppealOf)]).ShouldBeGreaterThanOrEqualTo(0.9);
    }

    [Theory]
    [InlineData(AnalyticsWindow.QuarterHour)]
    [InlineData(AnalyticsWindow.Hour)]
    [InlineData(AnalyticsWindow.Day)]
    [InlineData(AnalyticsWindow.All)]
    public async Task Every_count_is_that_of_a_plain_recount(AnalyticsWindow window)
    {
        var report = await GetAsync(window);

        var events = hour.Recount.Where(logged => report.From is null || logged.Time >= report.From).ToArray();
        (long, long) Count(IEnumerable<RecountedEvent> some) =>
            (some.Count(logged => !logged.IsLike), some.Count(logged => logged.IsLike));

        (report.Totals.Views, report.Totals.Likes).ShouldBe(Count(events));
        report.Totals.UniqueViewers.ShouldBe(events.Where(logged => !logged.IsLike).Select(logged => logged.User).Distinct().Count());
        report.Totals.LikeRate.ShouldBe((double)report.Totals.Likes / report.Totals.Views);

        report.Leaderboards.MostViewed.ToDictionary(photo => photo.PhotoId, photo => (photo.Views, photo.Likes))
            .ShouldBe(events.GroupBy(logged => logged.Photo).ToDictionary(photo => photo.Key, photo => Count(photo)), ignoreOrder: true);
        report.Breeds.ToDictionary(breed => breed.Breed, breed => (breed.Photos, breed.Views, breed.Likes))
            .ShouldBe(
                events.Where(logged => logged.Breed is not null).GroupBy(logged => logged.Breed!).ToDictionary(
                    breed => breed.Key,
                    breed => (breed.Select(logged => logged.Photo).Distinct().Count(), Count(breed).Item1, Count(breed).Item2)),
                ignoreOrder: true);

        var seconds = report.Timeline.BucketSeconds;
        report.Timeline.Buckets.Where(bucket => bucket.Views + bucket.Likes > 0).ToDictionary(bucket => bucket.Start, bucket => (bucket.Views, bucket.Likes))
            .ShouldBe(
                events.GroupBy(logged => new DateTime(logged.Time.Ticks - (logged.Time.Ticks % (seconds * TimeSpan.TicksPerSecond)), DateTimeKind.Utc))
                    .ToDictionary(bucket => bucket.Key, bucket => Count(bucket)),
                ignoreOrder: true);

        report.Health.Missing.ShouldBe(0);
        report.Health.Gaps.ShouldBe(0);
        report.Health.State.ShouldBe(PipelineState.Healthy);
    }

    private async Task<AnalyticsReport> GetAsync(AnalyticsWindow window)
    {
        using var analytics = new AnalyticsService(hour.Log.Store, hour.Log.Clock);
        return await analytics.GetAsync(window, AnalyticsService.MaxTop, CancellationToken.None);
    }

    // Spearman's rank correlation of two orders without ties.
    private static double Spearman(string[] left, string[] right)
    {
        double n = left.Length;
        var squares = left.Select((id, rank) => Math.Pow(rank - Array.IndexOf(right, id), 2)).Sum();
        return 1 - (6 * squares / (n * ((n * n) - 1)));
    }
}
