using CatFunctions.Local.Pipeline;

namespace CatFunctions.Tests.Local.Pipeline;

public sealed class RateWindowTests
{
    [Fact]
    public void Ticks_every_five_seconds_read_as_a_steady_rate()
    {
        var window = new RateWindow();
        var rates = Enumerable.Range(1, 60)
            .Select(second => window.Next(TimeSpan.FromSeconds(second), total: 250 * (1 + second / 5)))
            .ToList();

        rates.Skip(15).ShouldAllBe(rate => rate == 50);
    }

    [Fact]
    public void What_is_long_past_no_longer_counts()
    {
        var window = new RateWindow();
        window.Next(TimeSpan.FromSeconds(1), 1_000_000);
        window.Next(TimeSpan.FromSeconds(60), 1_000_000);

        window.Next(TimeSpan.FromSeconds(70), 1_000_000).ShouldBe(0);
    }

    [Fact]
    public void No_time_is_no_rate() => new RateWindow().Next(TimeSpan.Zero, 5).ShouldBe(0);
}
