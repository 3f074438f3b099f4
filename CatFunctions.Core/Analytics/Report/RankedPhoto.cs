namespace CatFunctions.Core.Analytics.Report;

/// <summary>A photo on a leaderboard. Its texts come from events: untrusted.</summary>
/// <param name="PhotoId">Its id.</param>
/// <param name="PhotoUrl">Where its image is, as the last recorded event says.</param>
/// <param name="Breed">The cat's breed, as the last recorded event says; null if unknown.</param>
/// <param name="Views">How often it was viewed in the window.</param>
/// <param name="Likes">How often it was liked in the window.</param>
/// <param name="LikeRate">Likes per view; 0 without views.</param>
/// <param name="Score">What it is ranked by.</param>
public sealed record RankedPhoto(
    string PhotoId, string PhotoUrl, string? Breed, long Views, long Likes, double LikeRate, double Score);
