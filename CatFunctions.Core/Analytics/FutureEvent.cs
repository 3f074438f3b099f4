namespace CatFunctions.Core.Analytics;

/// <summary>An event whose minute has not come yet.</summary>
internal readonly record struct FutureEvent(int Photo, bool IsLike, DateTimeOffset Time, byte[] UserId);
