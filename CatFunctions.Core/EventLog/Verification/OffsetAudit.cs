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
/// <para>
/// Kafka keeps the order in which a producer sends its ticks. So the events that belong into a gap are of the newest tick before
/// it, of that of the first event behind it, or of one between these. What was sent again is of older ticks, but the outbox keeps
/// them until they are whole.
/// </para>
/// </remarks>
internal sealed class OffsetAudit
{
    /// <summary>How many ranges of offsets are kept.</summary>
    public const int MaxRanges = 1_000_000;

    /// <summary>For how many gaps the ticks are given.</summary>
    public const int MaxGapsWithTicks = 1_000;

    private readonly Dictionary<int, Partition> _partitions = [];
    private readonly Budget _budget = new();
    private SegmentName? _segment;
    private Partition _partition = new();
    private OffsetSet _generation = new(new Budget());

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
    public IEnumerable<OffsetGap> Gaps => _partitions
        .OrderBy(partition => partition.Key)
        .SelectMany(partition => partition.Value.Gaps().Select(gap => gap with { Partition = partition.Key }))
        .Select((gap, i) => i < MaxGapsWithTicks ? gap : gap with { FirstTick = default });

    /// <summary>What its memory grows with, in units of some hundred bytes.</summary>
    public int Size => _budget.Ranges;

    /// <summary>What the limit has left out; usually null.</summary>
    public string? Limit => _budget.IsSpent
        ? "There are more gaps between the offsets than are kept: those of some partitions are only counted."
        : null;

    /// <summary>What neither log holds of some offsets, as far as the newest topic of their partition is known.</summary>
    public IEnumerable<OffsetRange> Lacking(OffsetRange range) =>
        _partitions.GetValueOrDefault(range.Partition)?.Lacking(range) ?? [range];

    /// <summary>Takes in a line of either log.</summary>
    /// <param name="segment">Where it is.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="tick">The tick of an event; the minimum if it cannot be read.</param>
    public void Add(SegmentName segment, long offset, DateTimeOffset tick = default)
    {
        var isEvent = segment.Log == LogKind.Events;
        if (!ReferenceEquals(segment, _segment))
        {
            _segment = segment;
            _partition = Of(segment.Partition);
            _generation = _partition.Of(segment.Generation, _budget);
            _partition.Note(isEvent ? segment.Hour : DateTimeOffset.MaxValue, isEvent ? DateTimeOffset.MaxValue : segment.Hour);
        }

        if (isEvent)
        {
            _generation.Add(new Range(offset, offset, offset, tick.UtcTicks, tick.UtcTicks));
        }
        else
        {
            _generation.Add(new Range(offset, offset));
            (_partition.DeadLetters ??= new OffsetSet(_budget)).Add(new Range(offset, offset));
        }
    }

    /// <summary>Takes in all that another one has; that one must not be used any more.</summary>
    public void Merge(OffsetAudit other)
    {
        foreach (var (number, partition) in other._partitions)
        {
            var mine = Of(number);
            mine.Note(partition.FirstHour, partition.FirstOtherHour);
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
        writer.Write(partition.Value.FirstOtherHour);
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
            partition.Note(reader.ReadTime(), reader.ReadTime());
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
        public DateTimeOffset FirstHour { get; private set; } = DateTimeOffset.MaxValue;

        /// <summary>The hour of the first dead letters and copies.</summary>
        public DateTimeOffset FirstOtherHour { get; private set; } = DateTimeOffset.MaxValue;

        /// <summary>The offsets of both logs.</summary>
        public SortedDictionary<int, OffsetSet> Generations { get; } = [];

        /// <summary>Those of all generations.</summary>
        public OffsetSet? DeadLetters { get; set; }

        public bool HasEvents => Generations.Values.Any(generation => generation.HasEvents);

        public bool BeginsAtFirstOffset => Generations.First(generation => generation.Value.HasEvents) is { Key: 1, Value: var first }
            && first.StartOf(first.All.FirstEvent) == 0;

        public OffsetSet Of(int number, Budget budget)
        {
            if (!Generations.TryGetValue(number, out var generation))
            {
                Generations[number] = generation = new OffsetSet(budget);
            }

            return generation;
        }

        public void Note(DateTimeOffset hour, DateTimeOffset otherHour)
        {
            FirstHour = hour < FirstHour ? hour : FirstHour;
            FirstOtherHour = otherHour < FirstOtherHour ? otherHour : FirstOtherHour;
        }

        public IEnumerable<OffsetGap> Gaps()
        {
            var topics = Topics();
            var isOnly = topics.Count == 1;

            // Retention keeps the last dead letters, however old they are.
            var knowsStart = isOnly && FirstOtherHour >= FirstHour;
            foreach (var (number, offsets) in topics)
            {
                if (!offsets.AreRangesKnown)
                {
                    // All that is known is how many lines there are.
                    var filled = isOnly ? 0 : DeadLetters?.Count ?? 0;
                    if (offsets.Holes - filled is > 0 and var holes)
                    {
                        yield return new OffsetGap(0, number, offsets.All.First, offsets.All.Last, holes, default, default);
                    }

                    continue;
                }

                foreach (var gap in offsets.Gaps())
                {
                    if (knowsStart || gap.First > offsets.All.FirstEvent)
                    {
                        foreach (var (first, last) in DeadLetters?.GapsBetween(gap.First, gap.Last) ?? [(gap.First, gap.Last)])
                        {
                            yield return gap with { Generation = number, First = first, Last = last, Count = last - first + 1 };
                        }
                    }
                }
            }
        }

        public IEnumerable<OffsetRange> Lacking(OffsetRange range) => Topics() is not [.., (_, var newest)] ? [range] :
            from hole in newest.GapsBetween(range.First, range.Last)
            from gap in DeadLetters?.GapsBetween(hole.First, hole.Last) ?? [hole]
            select range with { First = gap.First, Last = gap.Last };

        /// <summary>
        /// The generations that have events, but one that only fills gaps of those before, and goes on behind them, joined with them: its
        /// records came late. A topic that was created again begins before them, or holds some of their offsets.
        /// </summary>
        private List<(int Number, OffsetSet Offsets)> Topics()
        {
            var topics = new List<(int Number, OffsetSet Offsets)>();
            foreach (var (number, generation) in Generations.Where(generation => generation.Value.HasEvents))
            {
                if (topics is [.., var last] && last.Offsets.IsContinuedBy(generation))
                {
                    var joined = new OffsetSet(new Budget());
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

    /// <summary>Offsets that follow one another, with the first event among them, if there is one, its tick, and the newest tick.</summary>
    private readonly record struct Range(long First, long Last, long FirstEvent = long.MaxValue, long FirstTick = 0, long NewestTick = 0)
    {
        public bool HasEvents => FirstEvent < long.MaxValue;

        public Range JoinedWith(in Range other)
        {
            var isFirst = other.FirstEvent < FirstEvent || (other.FirstEvent == FirstEvent && other.FirstTick > FirstTick);
            var first = isFirst ? other : this;
            return new Range(
                Math.Min(First, other.First), Math.Max(Last, other.Last), first.FirstEvent, first.FirstTick, Math.Max(NewestTick, other.NewestTick));
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

        private List<Range>? _ranges = [];
        private int _joined;
        private bool _isJoined = true;

        private long _lastEvent = long.MinValue;

        /// <summary>From the first to the last, as if there were no gaps.</summary>
        public Range All { get; private set; } = new(long.MaxValue, long.MinValue);

        public long Count { get; private set; }

        public bool HasEvents => All.HasEvents;

        /// <summary>How many offsets between the first and the last are not there, unless some are there twice.</summary>
        public long Holes => Count == 0 ? 0 : All.Last - All.First + 1 - Count;

        /// <summary>Whether it still knows which offsets it has.</summary>
        public bool AreRangesKnown => Join() is not null;

        /// <summary>Adds an offset.</summary>
        public void Add(in Range line)
        {
            Count++;
            All = All.JoinedWith(line);
            _lastEvent = line.HasEvents ? Math.Max(_lastEvent, line.Last) : _lastEvent;
            if (_ranges is null)
            {
                return;
            }

            var ranges = CollectionsMarshal.AsSpan(_ranges);
            if (!ranges.IsEmpty && ranges[^1].Last + 1 == line.First)
            {
                ranges[^1] = ranges[^1].JoinedWith(line);
                return;
            }

            _isJoined = false;
            _ranges.Add(line);
            if (_ranges.Count >= MinRanges + (2 * _joined))
            {
                Join();
            }
        }

        public void Merge(OffsetSet other)
        {
            Count += other.Count;
            All = All.JoinedWith(other.All);
            _lastEvent = Math.Max(_lastEvent, other._lastEvent);
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
            writer.Write(_lastEvent);
            writer.Write7BitEncodedInt64(Count);
            writer.WriteAll(Join() ?? [], range =>
            {
                writer.Write7BitEncodedInt64(range.First);
                writer.Write7BitEncodedInt64(range.Last);
                writer.Write(range.HasEvents);
                if (range.HasEvents)
                {
                    writer.Write7BitEncodedInt64(range.FirstEvent);
                    writer.Write(range.FirstTick);
                    writer.Write(range.NewestTick);
                }
            });
        }

        public void Read(ref StateReader reader)
        {
            (_lastEvent, Count) = ((long)reader.ReadWord(), reader.ReadLong());
            for (var count = reader.ReadInt(); count > 0; count--)
            {
                var range = new Range(reader.ReadLong(), reader.ReadLong());
                if (reader.ReadBool())
                {
                    range = range with { FirstEvent = reader.ReadLong(), FirstTick = (long)reader.ReadWord(), NewestTick = (long)reader.ReadWord() };
                }

                _ranges!.Add(range);
                All = All.JoinedWith(range);
            }

            _isJoined = false;
            Join();
        }

        public bool IsContinuedBy(OffsetSet other) =>
            other.All.FirstEvent > All.FirstEvent && other.All.FirstEvent < _lastEvent && !Overlaps(other);

        /// <summary>The first of the offsets that follow one another up to this one.</summary>
        public long StartOf(long offset) => Join()?[IndexOf(offset)].First ?? offset;

        /// <summary>What is not there, between the first offset and the last event.</summary>
        public IEnumerable<OffsetGap> Gaps()
        {
            var (holes, newestTick, next) = (new List<(long First, long Last)>(), 0L, All.First);
            foreach (var range in Join() ?? [])
            {
                if (range.First > next)
                {
                    holes.Add((next, range.First - 1));
                }

                if (range.HasEvents)
                {
                    foreach (var (first, last) in holes)
                    {
                        yield return new OffsetGap(0, 0, first, last, last - first + 1, new(newestTick, default), new(range.FirstTick, default));
                    }

                    holes.Clear();
                }

                (newestTick, next) = (Math.Max(newestTick, range.NewestTick), range.Last + 1);
            }
        }

        /// <summary>The offsets that are not there, from one to another; all if it does not know.</summary>
        public IEnumerable<(long First, long Last)> GapsBetween(long first, long last)
        {
            var (next, ranges) = (first, Join());
            for (var i = IndexOf(first); i < ranges?.Count && ranges[i].First <= last; i++)
            {
                if (ranges[i].First > next)
                {
                    yield return (next, ranges[i].First - 1);
                }

                next = ranges[i].Last + 1;
            }

            if (next <= last)
            {
                yield return (next, last);
            }
        }

        /// <summary>Whether both hold an offset, as far as they know.</summary>
        private bool Overlaps(OffsetSet other) => Join() is not { } ranges || other.Join() is not { } others
            || others.Exists(range => IndexOf(range.First) is var i && i < ranges.Count && ranges[i].First <= range.Last);

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

        private List<Range>? Join()
        {
            if (_isJoined || _ranges is not [_, ..])
            {
                return _ranges;
            }

            _ranges.Sort((left, right) => left.First.CompareTo(right.First));
            var ranges = CollectionsMarshal.AsSpan(_ranges);
            var count = 1;
            foreach (var range in ranges[1..])
            {
                if (range.First <= ranges[count - 1].Last + 1)
                {
                    ranges[count - 1] = ranges[count - 1].JoinedWith(range);
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

            return _ranges;
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
/// <param name="FirstTick">The newest tick before them; the minimum if it is not known.</param>
/// <param name="LastTick">The tick of the first event behind them; the minimum if it is not known.</param>
internal readonly record struct OffsetGap(
    int Partition, int Generation, long First, long Last, long Count, DateTimeOffset FirstTick, DateTimeOffset LastTick)
{
    public override string ToString()
    {
        var of = Generation == 1 ? $"partition {Partition}" : $"partition {Partition}, generation {Generation}";
        return Count == 1 ? $"{of}: offset {First} is in neither log"
            : Count == Last - First + 1 ? $"{of}: offsets {First} to {Last} are in neither log"
            : $"{of}: {Count} offsets between {First} and {Last} are in neither log";
    }
}
