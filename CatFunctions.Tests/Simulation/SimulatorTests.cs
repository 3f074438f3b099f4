using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class SimulatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);
    private static readonly Tick ATick = new(Now, FiveSeconds);

    [Fact]
    public void The_same_seed_tick_and_gallery_give_the_same_interactions()
    {
        var first = Simulator(seed: 7).Simulate(ATick, Galleries.Of(20, Now));
        var second = Simulator(seed: 7).Simulate(ATick, Galleries.Of(20, Now));

        first.ShouldNotBeEmpty();
        second.ShouldBe(first);
    }

    [Fact]
    public void A_simulator_remembers_nothing_of_the_ticks_before()
    {
        var simulator = Simulator();
        simulator.Simulate(ATick with { ScheduledTime = Now - FiveSeconds }, Galleries.Of(20, Now));

        simulator.Simulate(ATick, Galleries.Of(20, Now)).ShouldBe(Simulator().Simulate(ATick, Galleries.Of(20, Now)));
    }

    [Fact]
    public void Another_seed_gives_other_interactions() =>
        Simulator(seed: 8).Simulate(ATick, Galleries.Of(20, Now))
            .ShouldNotBe(Simulator(seed: 7).Simulate(ATick, Galleries.Of(20, Now)));

    [Fact]
    public void Another_tick_gives_other_interactions()
    {
        var simulator = Simulator();
        var gallery = Galleries.Of(20, Now - TimeSpan.FromDays(1));
        var next = ATick with { ScheduledTime = Now + FiveSeconds };

        var first = simulator.Simulate(ATick, gallery).Select(x => (x.Kind, x.Photo, x.UserId));
        var second = simulator.Simulate(next, gallery).Select(x => (x.Kind, x.Photo, x.UserId));

        second.ShouldNotBe(first);
    }

    [Fact]
    public void A_tick_is_the_same_in_every_time_zone()
    {
        var elsewhere = ATick with { ScheduledTime = Now.ToOffset(TimeSpan.FromHours(9)) };

        var interactions = Simulator().Simulate(elsewhere, Galleries.Of(20, Now));

        interactions.ShouldBe(Simulator().Simulate(ATick, Galleries.Of(20, Now)));
        interactions.ShouldAllBe(x => x.Time.Offset == TimeSpan.Zero);
    }

    [Theory]
    [InlineData("00:00:05", 4_000, 0)]
    [InlineData("00:01:00", 300, 0)]
    [InlineData("01:00:00", 5, 0)]
    [InlineData("00:00:00.001", 1_000_000, 0)]
    [InlineData("00:00:00.0007", 1_000_000, 5_000)]
    [InlineData("00:00:00.0025", 1_000_000, 1)]
    [InlineData("00:00:01.0003", 20_000, 9_999)]
    public void Times_are_whole_milliseconds_of_the_interval_in_order(
        string interval, double rate, int ticksPastTheSecond)
    {
        var tick = new Tick(Now.AddTicks(ticksPastTheSecond), TimeSpan.Parse(interval, CultureInfo.InvariantCulture));

        var times = Simulator(rate)
            .Simulate(tick, Galleries.Of(20, Now))
            .Select(x => x.Time)
            .ToArray();

        times.ShouldNotBeEmpty();
        times.ShouldAllBe(time => time >= tick.Start && time < tick.ScheduledTime);
        times.ShouldAllBe(time => time.UtcTicks % TimeSpan.TicksPerMillisecond == 0);
        times.ShouldBeInOrder();
    }

    [Fact]
    public void An_interval_between_two_milliseconds_holds_nothing()
    {
        var tick = new Tick(Now.AddTicks(9_000), TimeSpan.FromTicks(8_000));

        Simulator(rate: 1_000_000).Simulate(tick, Galleries.Of(20, Now)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void An_interval_of_no_length_holds_nothing(long ticks) =>
        Simulator(rate: 1_000_000)
            .Simulate(new Tick(Now, TimeSpan.FromTicks(ticks)), Galleries.Of(20, Now))
            .ShouldBeEmpty();

    [Fact]
    public void Of_an_absurdly_long_interval_the_last_day_is_simulated()
    {
        var interactions = Simulator(rate: 0.1)
            .Simulate(new Tick(Now, TimeSpan.MaxValue), Galleries.Of(20, Now - TimeSpan.FromDays(2)));

        interactions.Length.ShouldBeInRange(7_500, 9_800);
        interactions[0].Time.ShouldBeInRange(Now.AddDays(-1), Now.AddDays(-1).AddMinutes(10));
        interactions[^1].Time.ShouldBeInRange(Now.AddMinutes(-10), Now);
    }

    [Fact]
    public void Of_an_interval_of_too_many_events_the_last_part_is_simulated()
    {
        var simulator = Simulator(rate: 1_000_000);

        simulator.Covered(TimeSpan.FromSeconds(4)).ShouldBe(TimeSpan.FromSeconds(4));
        simulator.Covered(TimeSpan.FromHours(1)).ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void An_empty_gallery_gives_no_interactions() =>
        Simulator().Simulate(ATick, Gallery.Empty).ShouldBeEmpty();

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    [InlineData(50, 5)]
    [InlineData(50, 0.1)]
    [InlineData(200, 60)]
    public void The_mean_number_of_events_is_the_rate_times_the_interval(int photos, double seconds)
    {
        const double Expected = 1_000_000;
        const int Ticks = 100;
        var simulator = Simulator(rate: Expected / Ticks / seconds);
        var gallery = Galleries.Of(photos, Now.AddMinutes(-15));

        var events = Enumerable.Range(0, Ticks)
            .Sum(i => simulator.Simulate(new Tick(Now.AddSeconds(i), TimeSpan.FromSeconds(seconds)), gallery).Length);

        // The events of a session come together, so the deviation is about three times that of a Poisson count.
        ((double)events).ShouldBe(Expected, tolerance: 0.01 * Expected);
    }

    [Fact]
    public void Events_come_at_a_steady_rate_over_the_interval()
    {
        var perSecond = Simulator(rate: 40_000)
            .Simulate(ATick, Galleries.Of(20, Now))
            .CountBy(x => x.Time.Second)
            .ToDictionary();

        perSecond.Keys.Order().ShouldBe([10, 11, 12, 13, 14]);
        perSecond.Values.ShouldAllBe(count => Math.Abs(count - 40_000) < 2_000);
    }

    [Fact]
    public void A_like_follows_a_view_of_the_same_photo_by_the_same_user()
    {
        var likesLeft = new Dictionary<(int User, int Photo), int>();
        var likes = 0;
        foreach (var (kind, photo, user, _) in Simulator(rate: 20_000).Simulate(ATick, Galleries.Of(20, Now)))
        {
            var left = likesLeft.GetValueOrDefault((user, photo));
            if (kind == InteractionKind.Liked)
            {
                left.ShouldBePositive();
                likes++;
            }

            likesLeft[(user, photo)] = kind == InteractionKind.Viewed ? left + 1 : left - 1;
        }

        likes.ShouldBeGreaterThan(1_000);
    }

    [Fact]
    public void A_session_views_a_photo_once_at_most()
    {
        // So few sessions that no user has two of them in a tick.
        var simulator = Simulator(rate: 0.1);
        var sessions = Enumerable.Range(0, 5_000)
            .SelectMany(i => simulator
                .Simulate(new Tick(Now.AddSeconds(5 * i), FiveSeconds), Galleries.Of(3, Now))
                .GroupBy(x => (Tick: i, x.UserId)))
            .ToArray();

        sessions.Length.ShouldBeGreaterThan(500);
        sessions.ShouldContain(session => session.Count(x => x.Kind == InteractionKind.Viewed) == 3);
        foreach (var session in sessions)
        {
            session.Select(x => (x.Kind, x.Photo)).ShouldBeUnique();
        }
    }

    [Fact]
    public void The_like_rate_of_each_photo_is_its_appeal()
    {
        var simulator = Simulator(rate: 200_000);
        var gallery = Galleries.Of(20, Now);
        var interactions = simulator.Simulate(ATick, gallery);

        var views = CountByPhoto(interactions.Where(x => x.Kind == InteractionKind.Viewed), gallery);
        var likes = CountByPhoto(interactions.Where(x => x.Kind == InteractionKind.Liked), gallery);

        for (var i = 0; i < 20; i++)
        {
            var appeal = simulator.AppealOf($"cat-{i}");
            var deviation = Math.Sqrt(appeal * (1 - appeal) / views[i]);
            ((double)likes[i] / views[i]).ShouldBe(appeal, tolerance: 4 * deviation);
        }
    }

    [Fact]
    public void An_appeal_belongs_to_a_photo_and_a_seed()
    {
        var appeals = Enumerable.Range(0, 1_000).Select(i => Simulator(seed: 1).AppealOf($"cat-{i}")).ToArray();

        appeals.Min().ShouldBeInRange(0.02, 0.03);
        appeals.Max().ShouldBeInRange(0.59, 0.60);
        appeals.Average().ShouldBe(0.31, tolerance: 0.02);
        Simulator(seed: 1).AppealOf("cat-3").ShouldBe(appeals[3]);
        Simulator(seed: 2).AppealOf("cat-3").ShouldNotBe(appeals[3]);
    }

    [Fact]
    public void Popular_photos_get_more_views()
    {
        var gallery = Galleries.Of(20, Now);
        var views = CountByPhoto(Simulator(rate: 100_000).Simulate(ATick, gallery), gallery);

        var byPopularity = Enumerable.Range(0, 20)
            .OrderBy(i => PhotoTraits.Of($"cat-{i}", seed: 0).Popularity)
            .ToArray();

        views[byPopularity[^1]].ShouldBe(views.Max());
        byPopularity[^5..].Average(i => views[i]).ShouldBeGreaterThan(2 * byPopularity[..10].Average(i => views[i]));
    }

    [Fact]
    public void A_photo_gets_fewer_views_as_it_ages_but_never_none()
    {
        var views = new[] { -1, 0, 10, 60, 60 * 24 * 365 }.Select(ViewsAtAge).ToArray();

        views[0].ShouldBe(views[1]);
        views[2].ShouldBeLessThan(views[1] * 3 / 4);
        views[3].ShouldBeLessThan(views[2] * 3 / 4);
        views[4].ShouldBeInRange(views[1] / 20, views[3]);

        static int ViewsAtAge(int minutes)
        {
            var gallery = Galleries.Of(20, Now);
            var aged = gallery.Photos[0] with { AddedAt = Now.AddMinutes(-minutes) };
            gallery = new Gallery(gallery.Photos.SetItem(0, aged));
            return CountByPhoto(Simulator(rate: 100_000).Simulate(ATick, gallery), gallery)[0];
        }
    }

    [Fact]
    public void Some_users_are_far_more_active_than_others()
    {
        var users = Simulator(rate: 100_000).Simulate(ATick, Galleries.Of(20, Now)).Select(x => x.UserId).ToArray();

        var regulars = users.Where(user => user <= Core.Simulation.Simulator.Regulars).ToArray();
        regulars.Min().ShouldBe(1);
        regulars.Max().ShouldBeInRange(9_990, Core.Simulation.Simulator.Regulars);
        ((double)regulars.Count(user => user <= 100) / regulars.Length).ShouldBe(0.10, tolerance: 0.01);
        ((double)regulars.Count(user => user <= 2_500) / regulars.Length).ShouldBe(0.50, tolerance: 0.01);
    }

    [Fact]
    public void Each_tick_alone_gives_what_it_gives_in_a_row()
    {
        var gallery = Galleries.Of(20, Now.AddHours(-1));
        var options = new SimulationOptions { LateShare = 0.1 };
        Tick[] row = [.. Enumerable.Range(0, 1_000).Select(i => new Tick(Now + i * FiveSeconds, FiveSeconds))];
        var simulator = new Simulator(Options.Create(options));
        var inOrder = row.ToDictionary(tick => tick, tick => simulator.Simulate(tick, gallery));

        row.ShouldContain(tick => !simulator.MomentsAt(tick.Start, gallery).IsEmpty);
        foreach (var tick in row.Reverse())
        {
            new Simulator(Options.Create(options)).Simulate(tick, gallery).ShouldBe(inOrder[tick]);
        }
    }

    [Fact]
    public void Some_sessions_are_sent_late_and_nothing_else_is_different()
    {
        Simulator Late(double share) => new(Options.Create(new SimulationOptions { EventsPerSecond = 2_000, LateShare = share }));
        var gallery = Galleries.Of(20, Now);
        var onTime = Late(0).Simulate(ATick, gallery);
        var some = Late(0.05).Simulate(ATick, gallery);

        some.Select(x => x with { Time = default }).ShouldBe(onTime.Select(x => x with { Time = default }));
        var delays = onTime.Zip(some, (left, right) => left.Time - right.Time).Where(delay => delay != TimeSpan.Zero).ToArray();
        ((double)delays.Length / some.Length).ShouldBe(0.05, tolerance: 0.02);
        delays.Min().ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
        delays.Max().ShouldBeInRange(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(9));
        onTime.ShouldAllBe(x => x.Time >= ATick.Start);
    }

    private static int[] CountByPhoto(IEnumerable<Interaction> interactions, Gallery gallery)
    {
        var counts = new int[gallery.Photos.Length];
        foreach (var interaction in interactions)
        {
            counts[interaction.Photo]++;
        }

        return counts;
    }

    private static Simulator Simulator(double rate = 50, long seed = 0) =>
        new(Options.Create(new SimulationOptions { EventsPerSecond = rate, Seed = seed, Rhythm = 0 }));
}
