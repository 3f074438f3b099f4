using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.Simulation;
using CatFunctions.Tests.Simulation;

namespace CatFunctions.Tests.Analytics;

/// <summary>What the simulated users do can be found in the events alone: compared with the truth that only the simulator knows.</summary>
public sealed class DiscoveryTests
{
    private const int Breeds = 8;

    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly Simulator Simulator = new(Options.Create(new SimulationOptions()));
    private static readonly Gallery Gallery = new([.. Enumerable.Range(0, 40).Select(i =>
        new GalleryPhoto(Galleries.Photo($"cat-{i}", $"Breed {i % Breeds}"), Start))]);

    [Fact]
    public void A_moment_shows_as_rising_within_a_minute_of_its_start_and_nothing_rises_without_one()
    {
        var rising = RisingPhotos(TimeSpan.FromHours(4));
        var moments = rising.Keys.SelectMany(time => Simulator.MomentsAt(time, Gallery)).Distinct().ToArray();

        moments.Length.ShouldBeGreaterThan(10);
        foreach (var moment in moments.Where(moment => moment.Start.AddMinutes(1) <= rising.Keys.Max()))
        {
            rising.ShouldContain(
                shown => shown.Key > moment.Start && shown.Key <= moment.Start.AddMinutes(1) && shown.Value.Contains(moment.PhotoId),
                $"{moment} is not found");
        }

        foreach (var (time, photos) in rising)
        {
            photos.ShouldBeSubsetOf([.. Simulator.MomentsAt(time, Gallery).Select(moment => moment.PhotoId)], $"at {time}");
        }
    }

    [Fact]
    public void From_200_000_events_the_taste_of_the_ten_most_active_users_can_be_told()
    {
        var users = Likes().GroupBy(pair => pair.Key.User)
            .OrderByDescending(user => user.Sum(pair => pair.Value.Views))
            .Take(10)
            .Select(user => user.ToArray());

        // One like that is expected and one that came: without them a breed of few views would look extreme.
        var pairs = from user in users
                    from breed in user.GroupBy(pair => pair.Key.Photo % Breeds)
                    select (
                        (breed.Sum(pair => pair.Value.Likes) + 1) / (breed.Sum(pair => pair.Value.Usual) + 1),
                        Simulator.TasteOf(breed.First().Key.User, $"Breed {breed.Key}"));

        RankCorrelation([.. pairs]).ShouldBeGreaterThanOrEqualTo(0.8);
    }

    [Fact]
    public void From_200_000_events_the_breeds_that_an_audience_likes_can_be_told()
    {
        var audiences = Likes().GroupBy(pair => string.Join(' ', Tastes(pair.Key.User))).ToArray();
        var pairs = from audience in audiences
                    from breed in audience.GroupBy(pair => pair.Key.Photo % Breeds)
                    select (
                        breed.Sum(pair => pair.Value.Likes) / breed.Sum(pair => pair.Value.Usual),
                        Simulator.TasteOf(breed.First().Key.User, $"Breed {breed.Key}"));

        audiences.Length.ShouldBe(6, "five tastes, and those who never like anything");
        RankCorrelation([.. pairs]).ShouldBeGreaterThanOrEqualTo(0.95);

        static IEnumerable<double> Tastes(int user) => Enumerable.Range(0, Breeds).Select(breed => Simulator.TasteOf(user, $"Breed {breed}"));
    }

    /// <summary>What trends at the end of each tick.</summary>
    private static Dictionary<DateTimeOffset, string[]> RisingPhotos(TimeSpan length)
    {
        var analytics = new AnalyticsState(Start);
        var segment = new SegmentName(LogKind.Events, SegmentName.HourOf(Start), 0, 1, 0);
        var rising = new Dictionary<DateTimeOffset, string[]>();
        long offset = 0;
        for (var time = Start + Interval; time <= Start + length; time += Interval)
        {
            var tick = new Tick(time, Interval);
            using var events = EventWriter.Write(tick, Gallery, Simulator.Simulate(tick, Gallery).AsSpan());
            analytics.AdvanceTo(time);
            analytics.AddEvents(segment, Encoding.UTF8.GetBytes(string.Concat(events.Select(one =>
                $"{{\"kafkapartition\":0,\"kafkaoffset\":{offset++},{Encoding.UTF8.GetString(one.Value.Span[1..])}\n"))));
            var report = Reports.Of(analytics, AnalyticsWindow.QuarterHour, time);
            rising[time] = [.. report.Leaderboards.Trending.Select(photo => photo.PhotoId)];
        }

        return rising;
    }

    /// <summary>
    /// The views and likes of each user and photo, and how many likes are usual for as many views of that photo: the affinity is
    /// the likes divided by these.
    /// </summary>
    private static Dictionary<(int User, int Photo), (int Views, int Likes, double Usual)> Likes()
    {
        var events = new List<Interaction>();
        for (var time = Start + Interval; events.Count < 200_000; time += Interval)
        {
            events.AddRange(Simulator.Simulate(new Tick(time, Interval), Gallery));
        }

        var likeRates = events.GroupBy(one => one.Photo).ToDictionary(
            photo => photo.Key,
            photo => (double)photo.Count(one => one.Kind == InteractionKind.Liked) / photo.Count(one => one.Kind == InteractionKind.Viewed));
        return events.GroupBy(one => (one.UserId, one.Photo)).ToDictionary(pair => pair.Key, pair =>
        {
            var views = pair.Count(one => one.Kind == InteractionKind.Viewed);
            return (views, pair.Count() - views, views * likeRates[pair.Key.Photo]);
        });
    }

    // Spearman's rank correlation; equal values share the mean of their ranks.
    private static double RankCorrelation((double Estimate, double Truth)[] pairs)
    {
        var (left, right) = (Ranks([.. pairs.Select(pair => pair.Estimate)]), Ranks([.. pairs.Select(pair => pair.Truth)]));
        return Covariance(left, right) / Math.Sqrt(Covariance(left, left) * Covariance(right, right));

        static double[] Ranks(double[] values) =>
            [.. values.Select(value => values.Count(other => other < value) + (values.Count(other => other == value) / 2.0))];

        static double Covariance(double[] left, double[] right) =>
            left.Zip(right, (x, y) => (x - left.Average()) * (y - right.Average())).Sum();
    }
}
