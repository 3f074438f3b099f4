namespace CatFunctions.Core.EventLog.Storage;

/// <summary>A segment as a store last saw it: what the next append builds on.</summary>
/// <param name="Name">The segment.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Blocks">How many blocks it is made of, where the store counts them.</param>
/// <param name="Version">The store's own mark of this very state, where it has one.</param>
public sealed record SegmentState(SegmentName Name, long Length, int Blocks = 0, string? Version = null);
