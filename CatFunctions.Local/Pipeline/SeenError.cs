namespace CatFunctions.Local.Pipeline;

/// <summary>An error, and when it was seen.</summary>
internal sealed record SeenError(DateTimeOffset Time, string Message);
