namespace CatFunctions.Core.Analytics.Report;

/// <summary>The sums over a window.</summary>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
/// <param name="UniqueViewers">How many different users viewed a photo.</param>
/// <param name="UniqueViewersExact">Whether <paramref name="UniqueViewers"/> is counted, not estimated.</param>
public sealed record WindowTotals(long Views, long Likes, double LikeRate, long UniqueViewers, bool UniqueViewersExact);
