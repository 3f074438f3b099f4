namespace CatFunctions.Core.Analytics.Report;

/// <summary>The best photos of a window, best first. A photo whose score is 0 is on none.</summary>
/// <param name="MostViewed">By views.</param>
/// <param name="MostLiked">By likes.</param>
/// <param name="BestRated">By <see cref="WilsonScore"/> of likes among views.</param>
/// <param name="Trending">By <see cref="Trend"/>.</param>
public sealed record Leaderboards(
    IReadOnlyList<RankedPhoto> MostViewed,
    IReadOnlyList<RankedPhoto> MostLiked,
    IReadOnlyList<RankedPhoto> BestRated,
    IReadOnlyList<RankedPhoto> Trending);
