namespace CatFunctions.Core.Analytics.Report;

/// <summary>The sums over one stretch of time.</summary>
/// <param name="Start">Its first moment, in UTC.</param>
/// <param name="Views">How many views.</param>
/// <param name="Likes">How many likes.</param>
public sealed record TimelineBucket(DateTime Start, long Views, long Likes);
