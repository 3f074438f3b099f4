using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics.Report;

public sealed class WilsonScoreTests
{
    // R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods",
    // Statistics in Medicine 17 (1998), table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_is_the_published_one(long successes, long trials, double low, double high)
    {
        var interval = WilsonScore.Interval(successes, trials);

        (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)).ShouldBe((low, high));
    }

    [Theory]
    [InlineData(0.1, 50)]
    [InlineData(0.1, 200)]
    [InlineData(0.5, 20)]
    public void It_holds_the_true_rate_in_95_of_100_cases(double rate, int trials)
    {
        // The chance of each number of successes, and so of an interval that holds the rate: exact, nothing is drawn.
        var (chance, coverage) = (Math.Pow(1 - rate, trials), 0.0);
        for (var successes = 0; successes <= trials; successes++)
        {
            var (low, high) = WilsonScore.Interval(successes, trials);
            coverage += low <= rate && rate <= high ? chance : 0;
            chance *= (trials - successes) / (successes + 1.0) * (rate / (1 - rate));
        }

        coverage.ShouldBe(0.95, 0.025);
    }

    [Fact]
    public void Without_trials_nothing_is_known() => WilsonScore.Interval(0, 0).ShouldBe((0, 1));

    [Fact]
    public void More_successes_than_trials_count_as_all() =>
        WilsonScore.Interval(7, 5).ShouldBe(WilsonScore.Interval(5, 5));

    [Fact]
    public void Of_two_equal_rates_the_better_proven_one_is_rated_higher() =>
        WilsonScore.Interval(30, 100).Low.ShouldBeGreaterThan(WilsonScore.Interval(3, 10).Low);
}
