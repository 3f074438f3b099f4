namespace CatFunctions.Core.EventLog;

/// <summary>When a partition's log goes on in a new segment, apart from a new hour.</summary>
/// <param name="MaxBytes">A segment does not grow beyond this, unless by a single line.</param>
/// <param name="MaxBlocks">Nor beyond this many blocks; an append blob holds 50,000.</param>
internal sealed record RollPolicy(long MaxBytes, int MaxBlocks)
{
    /// <summary>64 MiB, and a little below the limit of an append blob.</summary>
    public static RollPolicy Default { get; } = new(64L << 20, 49_000);
}
