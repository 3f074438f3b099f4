namespace CatFunctions.Core.Analytics;

/// <summary>The offsets of one generation of a partition.</summary>
internal sealed class OffsetRange
{
    private long _last = long.MinValue;
    private long _count;

    /// <summary>The lowest offset; the maximum if there is none.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>How many offsets between the first and the last were not seen.</summary>
    public long Holes => _count == 0 ? 0 : _last - First + 1 - _count;

    /// <summary>Takes in an offset.</summary>
    public void Add(long offset)
    {
        First = Math.Min(First, offset);
        _last = Math.Max(_last, offset);
        _count++;
    }

    /// <summary>Takes in all that another one has seen.</summary>
    public void Merge(OffsetRange other)
    {
        First = Math.Min(First, other.First);
        _last = Math.Max(_last, other._last);
        _count += other._count;
    }
}
