namespace CatFunctions.Core.Analytics.Report;

/// <summary>A finished tick that misses events.</summary>
/// <param name="Tick">The tick, as it stands in event ids.</param>
/// <param name="Missing">How many events it misses.</param>
/// <param name="Size">How many it should have.</param>
public sealed record IncompleteTick(string Tick, int Missing, int Size);
