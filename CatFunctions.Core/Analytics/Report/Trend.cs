namespace CatFunctions.Core.Analytics.Report;

/// <summary>
/// What is trending: the sum of the weights of a photo's views and likes, each halved every <see cref="HalfLifeMinutes"/>.
/// </summary>
/// <remarks>
/// Exponential decay, as in G. Cormode, V. Shkapenyuk, D. Srivastava and B. Xu, "Forward Decay: A Practical Time Decay
/// Model for Streaming Systems", ICDE 2009. Ages are whole minutes before the current one, so the scores do not
/// change within a minute. Of the window <c>all</c> the last 24 hours count: what is older weighs less than 2^-143.
/// </remarks>
public static class Trend
{
    /// <summary>The half-life, in minutes.</summary>
    public const double HalfLifeMinutes = 10;

    /// <summary>What a like weighs; a view weighs 1.</summary>
    public const double LikeWeight = 3;

    /// <summary>What is left of a weight after so many minutes.</summary>
    public static double Decay(long ageMinutes) => Math.Pow(2, -ageMinutes / HalfLifeMinutes);
}
