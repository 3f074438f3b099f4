namespace CatFunctions.Core.Analytics.Report;

/// <summary>How far a like rate can be trusted: with few views it is in a wide interval, with many in a narrow one.</summary>
/// <remarks>
/// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
/// Statistical Association 22 (1927), p. 209–212.
/// </remarks>
public static class WilsonScore
{
    /// <summary>The 97.5 % quantile of the standard normal distribution: 2.5 % are left out on either side.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>The two-sided 95 % score interval for a proportion; 0 to 1 without trials.</summary>
    /// <param name="successes">How many of the trials; more than all of them counts as all.</param>
    /// <param name="trials">How many there were.</param>
    public static (double Low, double High) Interval(long successes, long trials)
    {
        if (trials <= 0)
        {
            return (0, 1);
        }

        double n = trials;
        var p = Math.Min(successes, trials) / n;
        var center = p + (Z * Z / (2 * n));
        var margin = Z * Math.Sqrt(((p * (1 - p)) + (Z * Z / (4 * n))) / n);
        var scale = 1 + (Z * Z / n);
        return (Math.Max(0, (center - margin) / scale), Math.Min(1, (center + margin) / scale));
    }
}
