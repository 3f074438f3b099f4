namespace CatFunctions.Core.Analytics.Report;

/// <summary>The sums over the photos of one breed.</summary>
/// <param name="Breed">The breed.</param>
/// <param name="Photos">How many photos of it were viewed or liked in the window.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
public sealed record BreedTotals(string Breed, int Photos, long Views, long Likes, double LikeRate);
