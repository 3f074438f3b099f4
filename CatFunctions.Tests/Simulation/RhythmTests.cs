using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class RhythmTests
{
    private const int HoursPerWeek = 7 * 24;

    private static readonly DateTimeOffset Monday = new(2026, 11, 16, 0, 0, 0, TimeSpan.Zero);

    private static readonly int[] Zones = [.. Enumerable.Range(0, Rhythm.Zones.Length)];

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void The_mean_over_a_week_is_1_in_every_zone(double strength)
    {
        foreach (var zone in Zones)
        {
            var quarters = Enumerable.Range(0, HoursPerWeek * 4).Select(i => Rhythm.At(Monday.AddMinutes((15 * i) + 7.5), zone, strength));

            quarters.Average().ShouldBe(1, tolerance: 1e-12);
        }
    }

    [Fact]
    public void People_sleep_at_night_and_have_time_in_the_evening_and_at_the_weekend()
    {
        foreach (var zone in Zones)
        {
            double At(int day, int hour) => Rhythm.At(Monday.AddDays(day).AddHours(hour) - Rhythm.Zones[zone].Offset, zone, 1);

            Enumerable.Range(0, 24).MinBy(hour => At(2, hour)).ShouldBe(4);
            Enumerable.Range(0, 24).MaxBy(hour => At(2, hour)).ShouldBe(21);
            At(5, 15).ShouldBeGreaterThan(1.15 * At(1, 15));
            Enumerable.Range(0, HoursPerWeek).Min(hour => At(0, hour)).ShouldBePositive();
        }
    }

    [Fact]
    public void It_has_no_steps()
    {
        for (var minute = 0; minute < HoursPerWeek * 60; minute++)
        {
            var time = Monday.AddMinutes(minute);
            Math.Abs(Rhythm.At(time, 0, 1) - Rhythm.At(time.AddMinutes(1), 0, 1)).ShouldBeLessThan(0.015);
        }
    }

    [Fact]
    public void All_users_live_somewhere() => Rhythm.Zones.Sum(zone => zone.Share).ShouldBe(1, tolerance: 1e-12);

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Over_a_week_the_mean_rate_is_the_setting_and_at_any_time_the_one_that_the_simulator_tells(double strength)
    {
        const double Rate = 5;
        var simulator = Simulator(Rate, strength);
        var gallery = Galleries.Of(20, Monday.AddDays(-1));
        var perHour = Ticks().GroupBy(tick => tick.Start.AddMinutes(-tick.Start.Minute).AddSeconds(-tick.Start.Second))
            .ToDictionary(hour => hour.Key, hour => hour.Sum(tick => simulator.Simulate(tick, gallery).Length));

        ((double)perHour.Values.Sum() / 7 / 24 / 3600).ShouldBe(Rate, tolerance: 0.01 * Rate);
        perHour.Count.ShouldBe(HoursPerWeek);
        foreach (var (hour, events) in perHour)
        {
            // The events of a session come together, so the deviation is about three times that of a Poisson count.
            var expected = 3600 * simulator.RateAt(hour.AddMinutes(30));
            ((double)events).ShouldBe(expected, tolerance: 4 * 3 * Math.Sqrt(expected) + 0.01 * expected);
        }
    }

    /// <summary>Pearson's χ² test: each session falls into one of the 168 hours of the week where its user lives.</summary>
    [Fact]
    public void Sessions_begin_by_the_hour_and_the_weekday_where_their_users_live()
    {
        var simulator = Simulator(5, rhythm: 1);
        var counts = new double[Zones.Length, HoursPerWeek];
        foreach (var tick in Ticks())
        {
            // New photos, which have no moments: all sessions have the same mean length.
            foreach (var user in simulator.Simulate(tick, Galleries.Of(20, tick.ScheduledTime)).Select(one => one.UserId).Distinct())
            {
                var offset = simulator.UtcOffsetOf(user);
                var hour = (int)((tick.Start + offset - Monday.AddDays(-7)).TotalHours % HoursPerWeek);
                counts[Array.FindIndex(Rhythm.Zones, zone => zone.Offset == offset), hour]++;
            }
        }

        // The 99.9 % quantile for 5 × 167 degrees of freedom.
        const double Limit = 966;
        ChiSquared(shift: 0).ShouldBeLessThan(Limit);
        ChiSquared(shift: 1).ShouldBeGreaterThan(2 * Limit);
        ChiSquared(shift: 24).ShouldBeGreaterThan(2 * Limit);

        double ChiSquared(int shift) => Zones.Sum(zone =>
        {
            var total = Enumerable.Range(0, HoursPerWeek).Sum(hour => counts[zone, hour]);
            return Enumerable.Range(0, HoursPerWeek).Sum(hour =>
            {
                var middle = Monday.AddHours(hour + shift + 0.5) - Rhythm.Zones[zone].Offset;
                var expected = total / HoursPerWeek * Rhythm.At(middle, zone, 1);
                return Math.Pow(counts[zone, hour] - expected, 2) / expected;
            });
        });
    }

    private static IEnumerable<Tick> Ticks()
    {
        var interval = TimeSpan.FromSeconds(20);
        for (var time = Monday + interval; time <= Monday.AddDays(7); time += interval)
        {
            yield return new Tick(time, interval);
        }
    }

    private static Simulator Simulator(double rate, double rhythm) =>
        new(Options.Create(new SimulationOptions { EventsPerSecond = rate, Rhythm = rhythm }));
}
