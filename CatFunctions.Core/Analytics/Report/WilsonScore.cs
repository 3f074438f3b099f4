namespace CatFunctions.Core.Analytics.Report;

/// <summary>Rates a photo by its likes per view, without favouring photos that have only few views.</summary>
public static class WilsonScore
{
    /// <summary>The 97.5 % quantile of the standard normal distribution: an interval of 95 %, both sides.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>
    /// The lower bound of the 95 % score interval for a proportion; 0 without trials.
    /// </summary>
    /// <remarks>
    /// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
    /// Statistical Association 22 (1927), p. 209–212.
    /// </remarks>
    /// <param name="successes">How many of the trials; more than all of them counts as all.</param>
    /// <param name="trials">How many there were.</param>
    public static double LowerBound(long successes, long trials)
    {
        if (trials <= 0)
        {
            return 0;
        }

        double n = trials;
        var p = Math.Min(successes, trials) / n;
        var center = p + (Z * Z / (2 * n));
        var margin = Z * Math.Sqrt(((p * (1 - p)) + (Z * Z / (4 * n))) / n);
        return Math.Max(0, (center - margin) / (1 + (Z * Z / n)));
    }
}
