using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>
/// Tells which Kafka offsets the event log holds. That depends on the set of lines alone: they may be added in any order,
/// or to several audits that are merged. Not for concurrent use.
/// </summary>
internal sealed class OffsetAudit
{
    private readonly Dictionary<int, Partition> _partitions = [];
    private SegmentName? _segment;
    private Offsets _offsets = new();

    /// <summary>
    /// From when on no tick can have lost events with hours that were deleted, as a retention policy does: the minimum if
    /// every partition begins at its first offset, else a little after the first hour of those that do not.
    /// </summary>
    public DateTimeOffset CompleteFrom => _partitions.Values
        .Where(partition => partition.Generations.MinBy(generation => generation.Key) is not { Key: 1, Value.First: 0 })
        .Select(partition => partition.FirstHour + TickAudit.Grace)
        .DefaultIfEmpty()
        .Max();

    /// <summary>Takes in an event.</summary>
    public void Add(SegmentName segment, long offset)
    {
        if (!ReferenceEquals(segment, _segment))
        {
            _segment = segment;
            _offsets = Of(segment.Partition, segment.Hour).Of(segment.Generation);
        }

        _offsets.Add(offset);
    }

    /// <summary>Takes in all that another one has; that one must not be used any more.</summary>
    public void Merge(OffsetAudit other)
    {
        foreach (var (number, partition) in other._partitions)
        {
            var mine = Of(number, partition.FirstHour);
            foreach (var (generation, offsets) in partition.Generations)
            {
                mine.Of(generation).Merge(offsets);
            }
        }
    }

    /// <summary>By partition, how many offsets between the first and the last of a generation are not in the event log.</summary>
    public IEnumerable<(int Partition, long Holes)> Holes() =>
        _partitions.Select(partition => (partition.Key, partition.Value.Generations.Values.Sum(offsets => offsets.Holes)));

    private Partition Of(int number, DateTimeOffset hour)
    {
        if (!_partitions.TryGetValue(number, out var partition))
        {
            _partitions[number] = partition = new Partition { FirstHour = hour };
        }

        partition.FirstHour = hour < partition.FirstHour ? hour : partition.FirstHour;
        return partition;
    }

    private sealed class Partition
    {
        public DateTimeOffset FirstHour { get; set; }

        public Dictionary<int, Offsets> Generations { get; } = [];

        public Offsets Of(int generation)
        {
            if (!Generations.TryGetValue(generation, out var offsets))
            {
                Generations[generation] = offsets = new Offsets();
            }

            return offsets;
        }
    }

    private sealed class Offsets
    {
        private long _last = long.MinValue;
        private long _count;

        public long First { get; private set; } = long.MaxValue;

        public long Holes => _count == 0 ? 0 : _last - First + 1 - _count;

        public void Add(long offset)
        {
            First = Math.Min(First, offset);
            _last = Math.Max(_last, offset);
            _count++;
        }

        public void Merge(Offsets other)
        {
            First = Math.Min(First, other.First);
            _last = Math.Max(_last, other._last);
            _count += other._count;
        }
    }
}
