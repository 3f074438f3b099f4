using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics.Report;

public sealed class WilsonScoreTests
{
    // R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods",
    // Statistics in Medicine 17 (1998), table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553)]
    [InlineData(15, 148, 0.0624)]
    [InlineData(0, 20, 0.0000)]
    [InlineData(1, 29, 0.0061)]
    public void The_lower_bound_is_the_published_one(long successes, long trials, double published) =>
        Math.Round(WilsonScore.LowerBound(successes, trials), 4).ShouldBe(published);

    [Fact]
    public void Without_trials_it_is_zero() => WilsonScore.LowerBound(0, 0).ShouldBe(0);

    [Fact]
    public void More_successes_than_trials_count_as_all() =>
        WilsonScore.LowerBound(7, 5).ShouldBe(WilsonScore.LowerBound(5, 5));

    [Fact]
    public void Of_two_equal_rates_the_better_proven_one_is_rated_higher() =>
        WilsonScore.LowerBound(30, 100).ShouldBeGreaterThan(WilsonScore.LowerBound(3, 10));
}
