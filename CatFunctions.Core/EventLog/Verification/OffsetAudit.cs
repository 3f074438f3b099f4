using System.Runtime.InteropServices;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>
/// Tells which Kafka offsets are in neither log. That depends on the set of lines alone: they may be added in any order, or
/// to several audits that are merged. Not for concurrent use.
/// </summary>
/// <remarks>
/// Dead letters are recorded before the events of their batch: what is between the last event and a dead letter may still
/// come. The dead letters count their generations separately: where a partition has several, a dead letter fills the gap at
/// its offset in each of them. The memory grows with the number of gaps, up to <see cref="MaxRanges"/>; the gaps of the
/// partitions that exceed it are only counted.
/// </remarks>
internal sealed class OffsetAudit
{
    /// <summary>How many ranges of offsets are kept.</summary>
    public const int MaxRanges = 2_000_000;

    private readonly Dictionary<int, Partition> _partitions = [];
    private readonly Budget _budget = new();
    private SegmentName? _segment;
    private Partition _partition = new();
    private Generation _generation = new(new Budget());

    /// <summary>
    /// From when on no tick can have lost events with hours that were deleted, as a retention policy does: the minimum if
    /// every partition begins at its first offset, else a little after the first hour of those that do not.
    /// </summary>
    public DateTimeOffset CompleteFrom => _partitions.Values
        .Where(partition => partition.HasEvents && !partition.BeginsAtFirstOffset)
        .Select(partition => partition.FirstHour + TickAudit.Grace)
        .DefaultIfEmpty()
        .Max();

    /// <summary>The offsets that are in neither log, between the first line of a generation of a partition and its last event, in order.</summary>
    public IEnumerable<OffsetGap> Gaps =>
        from partition in _partitions
        orderby partition.Key
        from gap in partition.Value.Gaps()
        select gap with { Partition = partition.Key };

    /// <summary>What the limit has left out; usually null.</summary>
    public string? Limit => _budget.IsSpent
        ? "There are more gaps between the offsets than are kept: those of some partitions are only counted."
        : null;

    /// <summary>Takes in a line of either log.</summary>
    public void Add(SegmentName segment, long offset)
    {
        if (!ReferenceEquals(segment, _segment))
        {
            _segment = segment;
            _partition = Of(segment.Partition);
            _generation = _partition.Of(segment.Generation, _budget);
            if (segment.Log == LogKind.Events)
            {
                _partition.FirstHour = segment.Hour < _partition.FirstHour ? segment.Hour : _partition.FirstHour;
            }
        }

        _generation.Offsets.Add(offset);
        if (segment.Log == LogKind.Events)
        {
            _generation.AddEvent(offset);
        }
        else
        {
            (_partition.DeadLetters ??= new OffsetSet(_budget)).Add(offset);
        }
    }

    /// <summary>Takes in all that another one has; that one must not be used any more.</summary>
    public void Merge(OffsetAudit other)
    {
        foreach (var (number, partition) in other._partitions)
        {
            var mine = Of(number);
            mine.FirstHour = partition.FirstHour < mine.FirstHour ? partition.FirstHour : mine.FirstHour;
            foreach (var (key, generation) in partition.Generations)
            {
                mine.Of(key, _budget).Merge(generation);
            }

            if (partition.DeadLetters is not null)
            {
                (mine.DeadLetters ??= new OffsetSet(_budget)).Merge(partition.DeadLetters);
            }
        }
    }

    /// <summary>Writes it so that <see cref="Read"/> reads it; no limit may have left out anything.</summary>
    public void Write(StateWriter writer) => writer.WriteAll(_partitions, partition =>
    {
        writer.Write7BitEncodedInt(partition.Key);
        writer.Write(partition.Value.FirstHour);
        writer.WriteAll(partition.Value.Generations, generation =>
        {
            writer.Write7BitEncodedInt(generation.Key);
            generation.Value.Write(writer);
        });
        (partition.Value.DeadLetters ?? new OffsetSet(new Budget())).Write(writer);
    });

    /// <summary>Adds what was written to an empty audit.</summary>
    public void Read(ref StateReader reader)
    {
        for (var partitions = reader.ReadInt(); partitions > 0; partitions--)
        {
            var partition = Of(reader.ReadInt());
            partition.FirstHour = reader.ReadTime();
            for (var generations = reader.ReadInt(); generations > 0; generations--)
            {
                partition.Of(reader.ReadInt(), _budget).Read(ref reader);
            }

            var deadLetters = new OffsetSet(_budget);
            deadLetters.Read(ref reader);
            partition.DeadLetters = deadLetters.Count > 0 ? deadLetters : null;
        }
    }

    private Partition Of(int number)
    {
        ref var partition = ref CollectionsMarshal.GetValueRefOrAddDefault(_partitions, number, out _);
        return partition ??= new Partition();
    }

    private sealed class Partition
    {
        /// <summary>The hour of the first events.</summary>
        public DateTimeOffset FirstHour { get; set; } = DateTimeOffset.MaxValue;

        public SortedDictionary<int, Generation> Generations { get; } = [];

        /// <summary>Those of all generations.</summary>
        public OffsetSet? DeadLetters { get; set; }

        public bool HasEvents => Generations.Values.Any(generation => generation.HasEvents);

        public bool BeginsAtFirstOffset => Generations.First(generation => generation.Value.HasEvents) is { Key: 1, Value: var first }
            && first.Offsets.StartOf(first.FirstEvent) == 0;

        public Generation Of(int number, Budget budget)
        {
            if (!Generations.TryGetValue(number, out var generation))
            {
                Generations[number] = generation = new Generation(budget);
            }

            return generation;
        }

        public IEnumerable<OffsetGap> Gaps()
        {
            var topics = Topics();
            var isOnly = topics.Count == 1;
            foreach (var (number, generation) in topics)
            {
                if (!generation.Offsets.AreRangesKnown)
                {
                    // All that is known is how many lines there are.
                    var filled = isOnly ? 0 : DeadLetters?.Count ?? 0;
                    if (generation.Offsets.Holes - filled is > 0 and var holes)
                    {
                        yield return new OffsetGap(0, number, generation.Offsets.First, generation.Offsets.Last, holes);
                    }

                    continue;
                }

                foreach (var (first, last) in generation.Offsets.Gaps())
                {
                    if (last < generation.LastEvent && (isOnly || first > generation.FirstEvent))
                    {
                        foreach (var (from, to) in DeadLetters?.GapsBetween(first, last) ?? [(first, last)])
                        {
                            yield return new OffsetGap(0, number, from, to, to - from + 1);
                        }
                    }
                }
            }
        }

        /// <summary>
        /// The generations, but one that only fills gaps of those before, and goes on behind them, joined with them: its records
        /// came late. A topic that was created again begins before them, or holds some of their offsets.
        /// </summary>
        private List<(int Number, Generation Offsets)> Topics()
        {
            var topics = new List<(int Number, Generation Offsets)>();
            foreach (var (number, generation) in Generations)
            {
                if (topics is [.., var last] && last.Offsets.IsContinuedBy(generation))
                {
                    var joined = new Generation(new Budget());
                    joined.Merge(last.Offsets);
                    joined.Merge(generation);
                    topics[^1] = (last.Number, joined);
                }
                else
                {
                    topics.Add((number, generation));
                }
            }

            return topics;
        }
    }

    private sealed class Generation(Budget budget)
    {
        /// <summary>Those of both logs.</summary>
        public OffsetSet Offsets { get; } = new(budget);

        public long FirstEvent { get; private set; } = long.MaxValue;

        public long LastEvent { get; private set; } = long.MinValue;

        public bool HasEvents => FirstEvent <= LastEvent;

        public bool IsContinuedBy(Generation other) =>
            other.FirstEvent > FirstEvent && other.FirstEvent < LastEvent && !Offsets.Overlaps(other.Offsets);

        public void AddEvent(long offset)
        {
            FirstEvent = Math.Min(FirstEvent, offset);
            LastEvent = Math.Max(LastEvent, offset);
        }

        public void Write(StateWriter writer)
        {
            Offsets.Write(writer);
            writer.Write(FirstEvent);
            writer.Write(LastEvent);
        }

        public void Read(ref StateReader reader)
        {
            Offsets.Read(ref reader);
            (FirstEvent, LastEvent) = ((long)reader.ReadWord(), (long)reader.ReadWord());
        }

        public void Merge(Generation other)
        {
            Offsets.Merge(other.Offsets);
            FirstEvent = Math.Min(FirstEvent, other.FirstEvent);
            LastEvent = Math.Max(LastEvent, other.LastEvent);
        }
    }

    private sealed class Budget
    {
        public int Ranges { get; set; }

        public bool IsSpent { get; set; }
    }

    /// <summary>A set of offsets as ranges, of which a sound log has few. They are sorted and joined now and then, so that each order of adding is fast.</summary>
    private sealed class OffsetSet(Budget budget)
    {
        private const int MinRanges = 1024;

        private List<(long First, long Last)>? _ranges = [];
        private int _joined;
        private bool _isJoined = true;

        public long First { get; private set; } = long.MaxValue;

        public long Last { get; private set; } = long.MinValue;

        public long Count { get; private set; }

        /// <summary>How many offsets between the first and the last are not there, unless some are there twice.</summary>
        public long Holes => Count == 0 ? 0 : Last - First + 1 - Count;

        /// <summary>Whether it still knows which offsets it has.</summary>
        public bool AreRangesKnown
        {
            get
            {
                Join();
                return _ranges is not null;
            }
        }

        public void Add(long offset)
        {
            Count++;
            First = Math.Min(First, offset);
            Last = Math.Max(Last, offset);
            if (_ranges is null)
            {
                return;
            }

            var ranges = CollectionsMarshal.AsSpan(_ranges);
            if (!ranges.IsEmpty && ranges[^1].Last + 1 == offset)
            {
                ranges[^1].Last = offset;
                return;
            }

            _isJoined = false;
            _ranges.Add((offset, offset));
            if (_ranges.Count >= MinRanges + (2 * _joined))
            {
                Join();
            }
        }

        public void Merge(OffsetSet other)
        {
            Count += other.Count;
            First = Math.Min(First, other.First);
            Last = Math.Max(Last, other.Last);
            if (other._ranges is null)
            {
                Drop();
            }
            else if (_ranges is not null)
            {
                _isJoined = false;
                _ranges.AddRange(other._ranges);
                Join();
            }
        }

        public void Write(StateWriter writer)
        {
            Join();
            writer.Write(First);
            writer.Write(Last);
            writer.Write7BitEncodedInt64(Count);
            writer.WriteAll(_ranges ?? [], range =>
            {
                writer.Write7BitEncodedInt64(range.First);
                writer.Write7BitEncodedInt64(range.Last - range.First);
            });
        }

        public void Read(ref StateReader reader)
        {
            (First, Last, Count) = ((long)reader.ReadWord(), (long)reader.ReadWord(), reader.ReadLong());
            for (var count = reader.ReadInt(); count > 0; count--)
            {
                var first = reader.ReadLong();
                _ranges!.Add((first, first + reader.ReadLong()));
            }

            _isJoined = false;
            Join();
        }

        /// <summary>Whether both hold an offset, as far as they know.</summary>
        public bool Overlaps(OffsetSet other)
        {
            Join();
            other.Join();
            return _ranges is null || other._ranges is null
                || other._ranges.Exists(range => IndexOf(range.First) is var i && i < _ranges.Count && _ranges[i].First <= range.Last);
        }

        /// <summary>The first of the offsets that follow one another up to this one.</summary>
        public long StartOf(long offset)
        {
            Join();
            return _ranges?[IndexOf(offset)].First ?? offset;
        }

        /// <summary>The ranges that are not there, between the first offset and the last.</summary>
        public IEnumerable<(long First, long Last)> Gaps() => GapsBetween(First, Last);

        /// <summary>The ranges that are not there, from an offset to another one; all if it does not know.</summary>
        public IEnumerable<(long First, long Last)> GapsBetween(long first, long last)
        {
            Join();
            var next = first;
            for (var i = IndexOf(first); i < _ranges?.Count && _ranges[i].First <= last; i++)
            {
                if (_ranges[i].First > next)
                {
                    yield return (next, _ranges[i].First - 1);
                }

                next = _ranges[i].Last + 1;
            }

            if (next <= last)
            {
                yield return (next, last);
            }
        }

        /// <summary>The first range that does not end before an offset.</summary>
        private int IndexOf(long offset)
        {
            var (low, high) = (0, _ranges?.Count ?? 0);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _ranges![middle].Last < offset ? (middle + 1, high) : (low, middle);
            }

            return low;
        }

        private void Join()
        {
            if (_isJoined || _ranges is not [_, ..])
            {
                return;
            }

            _ranges.Sort();
            var ranges = CollectionsMarshal.AsSpan(_ranges);
            var count = 1;
            foreach (var range in ranges[1..])
            {
                if (range.First <= ranges[count - 1].Last + 1)
                {
                    ranges[count - 1].Last = Math.Max(ranges[count - 1].Last, range.Last);
                }
                else
                {
                    ranges[count++] = range;
                }
            }

            CollectionsMarshal.SetCount(_ranges, count);
            budget.Ranges += count - _joined;
            (_isJoined, _joined) = (true, count);
            if (budget.Ranges > MaxRanges)
            {
                Drop();
            }
        }

        private void Drop()
        {
            budget.Ranges -= _joined;
            budget.IsSpent = true;
            (_ranges, _joined) = (null, 0);
        }
    }
}

/// <summary>Offsets of a partition that are in neither log.</summary>
/// <param name="Partition">The Kafka partition.</param>
/// <param name="Generation">The generation of the topic.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Count">How many they are: fewer than from the first to the last where there are too many gaps to know each.</param>
internal readonly record struct OffsetGap(int Partition, int Generation, long First, long Last, long Count)
{
    public override string ToString()
    {
        var of = Generation == 1 ? $"partition {Partition}" : $"partition {Partition}, generation {Generation}";
        return Count == 1 ? $"{of}: offset {First} is in neither log"
            : Count == Last - First + 1 ? $"{of}: offsets {First} to {Last} are in neither log"
            : $"{of}: {Count} offsets between {First} and {Last} are in neither log";
    }
}
