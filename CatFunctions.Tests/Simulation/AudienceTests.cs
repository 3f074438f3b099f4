using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class AudienceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);
    private static readonly Gallery AGallery = new([.. Enumerable.Range(0, 20).Select(i =>
        new GalleryPhoto(Galleries.Photo($"cat-{i}", $"Breed {i % 5}"), Now))]);
    private static readonly Simulator ASimulator = new(Options.Create(new SimulationOptions { EventsPerSecond = 100_000, Rhythm = 0 }));
    private static readonly Interaction[] Interactions = [.. ASimulator.Simulate(new Tick(Now, TimeSpan.FromSeconds(5)), AGallery)];

    [Fact]
    public void A_user_likes_a_photo_by_its_appeal_and_the_users_taste()
    {
        // A user's like rate is far from certain; that of all with the same taste is not.
        var groups = Interactions.GroupBy(one => (one.Photo, Taste: ASimulator.TasteOf(one.UserId, AGallery.Photos[one.Photo].Photo.Breed))).ToArray();

        groups.Length.ShouldBe(20 * 6);
        foreach (var group in groups)
        {
            var likely = Math.Min(1, ASimulator.AppealOf($"cat-{group.Key.Photo}") * group.Key.Taste);
            var views = group.Count(one => one.Kind == InteractionKind.Viewed);
            var deviation = Math.Sqrt(likely * (1 - likely) / views);
            ((double)group.Count(one => one.Kind == InteractionKind.Liked) / views).ShouldBe(likely, tolerance: (4.5 * deviation) + 1e-9);
        }
    }

    [Fact]
    public void The_tastes_for_a_breed_differ_and_their_mean_over_all_sessions_is_1()
    {
        var audience = new Audience(seed: 0);
        foreach (var breed in new[] { "Bengal", "Siamese", null })
        {
            var tastes = audience.TastesFor(breed, seed: 0);
            var mean = 0.0;
            foreach (var zone in Enumerable.Range(0, Rhythm.Zones.Length))
            {
                mean += Enumerable.Range(0, Audience.Groups).Sum(group => audience.ShareOf(zone, group) * tastes[group]);
            }

            mean.ShouldBe(1, tolerance: 1e-12);
            tastes[^1].ShouldBe(0);
            tastes.Distinct().Count().ShouldBe(breed is null ? 2 : Audience.Groups);
        }

        audience.TastesFor("Siamese", seed: 0).ShouldNotBe(audience.TastesFor("Bengal", seed: 0));
        audience.TastesFor("Bengal", seed: 1).ShouldNotBe(audience.TastesFor("Bengal", seed: 0));
    }

    [Fact]
    public void One_user_in_ten_never_likes_anything()
    {
        var never = Enumerable.Range(1, Simulator.Regulars).Where(user => ASimulator.TasteOf(user, "Bengal") == 0).ToHashSet();

        never.Count.ShouldBeInRange(900, 1_100);
        Interactions.Where(one => never.Contains(one.UserId)).ShouldAllBe(one => one.Kind == InteractionKind.Viewed);
    }

    [Fact]
    public void One_session_in_ten_is_a_newcomers_and_other_people_are_new_a_day_later()
    {
        HashSet<int> NewcomersAt(DateTimeOffset time) =>
            [.. ASimulator.Simulate(new Tick(time, TimeSpan.FromSeconds(1)), AGallery).Select(one => one.UserId).Where(user => user > Simulator.Regulars)];

        ((double)Interactions.Count(one => one.UserId > Simulator.Regulars) / Interactions.Length).ShouldBe(0.1, tolerance: 0.01);
        var today = NewcomersAt(Now);
        today.Count.ShouldBeGreaterThan(1_000);
        today.Intersect(NewcomersAt(Now.AddDays(1))).ShouldBeEmpty();
        today.Intersect(NewcomersAt(Now.AddMinutes(1))).Count().ShouldBeGreaterThan(today.Count / 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2026)]
    [InlineData(9998)]
    public void Newcomers_are_never_regulars(int year)
    {
        var random = new SplitMix64(1);
        var newest = Audience.NewestAt(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Enumerable.Range(0, 10_000).Select(_ => Audience.Draw(newest, ref random)).ShouldAllBe(user => user >= 1 && user <= newest);
        newest.ShouldBeGreaterThan(Simulator.Regulars);
    }

    [Fact]
    public void Users_live_in_a_few_time_zones()
    {
        var zones = Enumerable.Range(1, Simulator.Regulars).CountBy(ASimulator.UtcOffsetOf).ToDictionary();

        zones.Count.ShouldBe(Rhythm.Zones.Length);
        foreach (var (offset, share) in Rhythm.Zones)
        {
            (zones[offset] / (double)Simulator.Regulars).ShouldBe(share, tolerance: 0.02);
        }
    }
}
