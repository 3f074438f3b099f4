using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class MomentTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private static readonly Gallery AGallery = Galleries.Of(40, Start.AddHours(-2));
    private static readonly Simulator ASimulator = new(Options.Create(new SimulationOptions()));

    private static readonly Moment[] Moments =
        [.. Enumerable.Range(0, 24 * 60).SelectMany(minute => ASimulator.MomentsAt(Start.AddMinutes(minute), AGallery)).Distinct()];

    [Fact]
    public void A_few_photos_go_viral_in_an_hour()
    {
        (Moments.Length / 24.0).ShouldBeInRange(2, 6);
        Moments.Select(moment => moment.PhotoId).Distinct().Count().ShouldBeGreaterThan(10);
        Moments.ShouldAllBe(moment => moment.Height >= 12 && moment.Height <= 40);
        Moments.ShouldAllBe(moment => moment.HalfLife >= TimeSpan.FromMinutes(1) && moment.HalfLife <= TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void A_moment_rises_sharply_and_decays_by_a_power_law()
    {
        var moment = new Moment("cat", Start, Height: 21, TimeSpan.FromMinutes(2));
        double Left(DateTimeOffset time) => (moment.LiftAt(time) - 1) / 20;
        var peak = Start + Moment.Rise;

        Left(Start.AddTicks(-1)).ShouldBe(0);
        Left(peak).ShouldBe(1);
        Left(peak.AddMinutes(2)).ShouldBe(0.5, tolerance: 1e-12);
        Left(moment.End.AddTicks(-1)).ShouldBe(0.022, tolerance: 0.001);
        Left(moment.End).ShouldBe(0);

        // (1 + t/c)^-1.5, where half is left after two minutes.
        var c = 2 / (Math.Pow(2, 2 / 3.0) - 1);
        for (var minutes = 0.0; minutes < 40; minutes += 0.5)
        {
            Left(peak.AddMinutes(minutes)).ShouldBe(Math.Pow(1 + (minutes / c), -1.5), tolerance: 1e-9);
        }
    }

    [Fact]
    public void A_moment_is_the_same_whatever_else_is_on_show()
    {
        var moment = Moments[3];
        var photo = AGallery.Photos.Single(shown => shown.Photo.Id == moment.PhotoId);

        ASimulator.MomentsAt(moment.Start, new Gallery([photo])).ShouldContain(moment);
        ASimulator.MomentsAt(moment.End.AddTicks(-1), AGallery.Add([Galleries.Photo("new")], moment.Start)).ShouldContain(moment);
        ASimulator.MomentsAt(moment.Start.AddTicks(-1), AGallery).ShouldNotContain(moment);
        ASimulator.MomentsAt(moment.End, AGallery).ShouldNotContain(moment);
    }

    [Fact]
    public void A_new_photo_has_none()
    {
        var moment = Moments[3];

        ASimulator.MomentsAt(moment.Start, Galleries.Of(40, moment.Start - Moment.MinAge)).ShouldContain(moment);
        ASimulator.MomentsAt(moment.Start, Galleries.Of(40, moment.Start - Moment.MinAge + TimeSpan.FromTicks(1))).ShouldNotContain(moment);
    }

    [Fact]
    public void The_photo_is_viewed_far_more_often_in_its_moment_also_in_the_middle_of_a_long_tick()
    {
        var moment = Moments.First(moment => moment.Start > Start.AddHours(2) && Moments.All(other =>
            other == moment || other.PhotoId != moment.PhotoId || other.End < moment.Start.AddMinutes(-30) || other.Start > moment.Start.AddMinutes(30)));
        var photo = AGallery.Photos.ToList().FindIndex(shown => shown.Photo.Id == moment.PhotoId);
        var simulator = new Simulator(Options.Create(new SimulationOptions { EventsPerSecond = 200 }));
        var tick = new Tick(moment.Start.AddMinutes(30), TimeSpan.FromHours(1));

        var views = simulator.Simulate(tick, AGallery).Where(one => one.Photo == photo && one.Kind == InteractionKind.Viewed).ToArray();

        var before = views.Count(one => one.Time < moment.Start) / 30.0;
        var peak = views.Count(one => one.Time >= moment.Start.AddMinutes(0.25) && one.Time < moment.Start.AddMinutes(1.25));
        before.ShouldBeGreaterThan(10);
        (peak / before).ShouldBeGreaterThan(4);
    }
}
