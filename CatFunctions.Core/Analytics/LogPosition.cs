namespace CatFunctions.Core.Analytics;

/// <summary>
/// Where an event stands in the log. Positions of one partition are in the order of recording; those of different
/// partitions are in some order that is always the same.
/// </summary>
internal readonly record struct LogPosition(int Generation, long Offset, int Partition) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) =>
        Generation != other.Generation ? Generation.CompareTo(other.Generation)
        : Offset != other.Offset ? Offset.CompareTo(other.Offset)
        : Partition.CompareTo(other.Partition);
}
