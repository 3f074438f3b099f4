namespace CatFunctions.Core.Analytics.Report;

/// <summary>The sums over time.</summary>
/// <param name="BucketSeconds">The length of each bucket, in seconds.</param>
/// <param name="Buckets">The buckets, oldest first, without a hole between them.</param>
public sealed record Timeline(int BucketSeconds, IReadOnlyList<TimelineBucket> Buckets);
