using System.Numerics;
using System.Runtime.InteropServices;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>
/// Finds out which events of each tick are in the log: a tick of n events is whole when the indices 0 to n - 1 are. The
/// result depends on the set of lines alone: they may be added in any order, or to several audits that are merged. Not for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// What a tick lacks may still come, until the tick is overtaken: when every partition that the log knows holds an event of
/// a tick later by more than <see cref="Grace"/>, for Kafka keeps the order within a partition. A partition that is silent
/// does not count: its newest tick is over an hour older than the log's newest, and others were recorded for over an hour
/// since anything of it was. (The first alone is also true of the partitions that are read last after a long outage.)
/// A dead letter counts as present, so the dead letters must be read at least as far as the events before anything is judged.
/// </para>
/// <para>
/// A whole tick costs a few bits, an open one a bit for each event and some 200 bytes. Above the limits the oldest are given
/// up, and <see cref="Limits"/> says so. Events that disagree about the size of their tick are counted for each size; when one
/// of them is whole, so is the tick.
/// </para>
/// </remarks>
internal sealed class TickAudit
{
    /// <summary>How many ticks are followed at once while they are not whole.</summary>
    public const int MaxOpenTicks = 100_000;

    /// <summary>How much a partition must be ahead of a tick to have gone past it, whatever order the events of a tick were sent in.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    // 64 events each: the ticks of an hour at 100,000 events/s fit, although partitions are read one after the other.
    private const int MaxOpenWords = 8_000_000;

    // Minutes that have ticks: two years.
    private const int MaxMinutes = 1_000_000;
    private const int MaxHours = 1_000;

    // Of so many ticks the interval of the schedule is known.
    private const int MaxNewest = 6;

    // Around other ticks, it takes so many intervals to know the shortest, and no more than so many seconds are looked at.
    private const int MinIntervals = 3;
    private const int SecondsAround = 3600;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Dictionary<DateTimeOffset, OpenTick> _open = [];
    private readonly TickSet _whole = new();
    private readonly TickSet _givenUp = new();
    private readonly Dictionary<int, PartitionProgress> _partitions = [];
    private readonly SortedSet<DateTimeOffset> _hours = [];
    private readonly SortedSet<DateTimeOffset> _newest = [];
    private int _openTicks;
    private long _openWords;
    private long _givenUpEvents;
    private long _forgotten;
    private long _forgottenUntil = -1;
    private long _notJudged;

    // The events of a tick arrive together: most are on the same page as the previous one.
    private SegmentName? _segment;
    private PartitionProgress _progress = new();
    private OpenTick? _tick;
    private int _page;
    private ulong[] _words = [];

    /// <summary>How many ticks were seen.</summary>
    public long Ticks => _open.Count + _whole.Count + _givenUp.Count + _forgotten;

    /// <summary>What the memory of those that are not whole grows with, in units of some hundred bytes.</summary>
    public int Size => _openTicks + (int)(_openWords / 32);

    /// <summary>What the limits have left out, a sentence each; usually nothing.</summary>
    public IEnumerable<string> Limits
    {
        get
        {
            if (GivenUp > 0)
            {
                yield return $"Too many ticks were unfinished at once: {GivenUp} of them, which lacked {_givenUpEvents} events at that time, are not checked.";
            }

            if (_notJudged > 0)
            {
                yield return $"There are too many ticks to remember: {_notJudged} events of the oldest are not checked.";
            }
        }
    }

    /// <summary>Whether no limit has left out anything, so that it does not depend on the order of the lines.</summary>
    public bool IsWhole => _forgottenUntil < 0 && !Limits.Any();

    /// <summary>How many ticks were given up before they were whole, because too many were open.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Counts an event.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Add(SegmentName segment, long offset, in EventId id, int tickSize)
    {
        string? problem = null;
        if (_tick is null || id.Tick != _tick.Time || tickSize != _tick.Size
            || id.Index / IndexSet.PageLength != _page || !ReferenceEquals(segment, _segment))
        {
            if (!ReferenceEquals(segment, _segment))
            {
                (_segment, _progress) = (segment, ProgressOf(segment.Partition));
                Remember(segment.Hour);
            }

            _progress.Add(segment, offset, id.Tick);
            AddNewest(id.Tick);
            if (Find(id.Tick, tickSize) is not { } tick)
            {
                _tick = null;
                return _whole.Contains(id.Tick) ? $"event {id} is one too many: its tick was whole before" : null;
            }

            if (tick.Events.Count == 0 && _open[id.Tick].Sizes.FirstOrDefault(other => other.Events.Count > 0) is { } other)
            {
                problem = $"event {id} says that its tick has {tickSize} events, others say {other.Size}";
            }

            (_tick, _page) = (tick, id.Index / IndexSet.PageLength);
            _words = PageOf(tick.Events, _page);
        }

        ref var word = ref _words[id.Index % IndexSet.PageLength / 64];
        var bit = 1UL << (id.Index % 64);
        if ((word & bit) != 0)
        {
            return $"event {id} appears twice";
        }

        word |= bit;
        if (++_tick.Events.Count == tickSize)
        {
            Close(id.Tick, _whole);
        }

        return problem;
    }

    /// <summary>
    /// Counts a dead letter if its value is readable enough to identify an event of a tick. If it is replayed and becomes an
    /// event, it does not appear twice.
    /// </summary>
    public void AddDeadLetter(ReadOnlySpan<byte> value)
    {
        _ = CatEvent.TryRead(value, out var read, out _);
        var id = read.Id;
        if (id.Tick != default && id.Index < read.TickSize && Find(id.Tick, read.TickSize) is { } tick)
        {
            var words = PageOf(tick.DeadLetters ??= new IndexSet(tick.Size), id.Index / IndexSet.PageLength);
            IndexSet.Mark(words, id.Index);
        }
    }

    /// <summary>Adds everything that another audit has counted; that one must not be used any more.</summary>
    public void Merge(TickAudit other)
    {
        foreach (var (number, partition) in other._partitions)
        {
            ProgressOf(number).Merge(partition);
        }

        foreach (var hour in other._hours)
        {
            Remember(hour);
        }

        foreach (var tick in other._newest)
        {
            AddNewest(tick);
        }

        foreach (var time in other._whole.Times)
        {
            Close(time, _whole);
        }

        foreach (var time in other._givenUp.Times.Where(time => !_whole.Contains(time)))
        {
            Close(time, _givenUp);
        }

        foreach (var part in other._open.Values.SelectMany(tick => tick.Sizes))
        {
            if (Find(part.Time, part.Size) is { } tick)
            {
                Unite(tick.Events, part.Events);
                if (part.DeadLetters is not null)
                {
                    Unite(tick.DeadLetters ??= new IndexSet(tick.Size), part.DeadLetters);
                }

                if (tick.Events.Count == tick.Size)
                {
                    Close(tick.Time, _whole);
                }
            }
        }

        GivenUp += other.GivenUp;
        _givenUpEvents += other._givenUpEvents;
        _notJudged += other._notJudged;
        _forgotten += other._forgotten;
        _forgottenUntil = Math.Max(_forgottenUntil, other._forgottenUntil);
    }

    /// <summary>Writes it so that <see cref="Read"/> reads it; it must be whole.</summary>
    public void Write(StateWriter writer)
    {
        writer.WriteAll(_partitions, partition =>
        {
            writer.Write7BitEncodedInt(partition.Key);
            partition.Value.Write(writer);
        });
        writer.WriteAll(_hours, writer.Write);
        writer.WriteAll(_newest, writer.Write);
        _whole.Write(writer);
        writer.WriteAll([.. _open.Values.SelectMany(tick => tick.Sizes)], tick =>
        {
            writer.Write(tick.Time);
            writer.Write7BitEncodedInt(tick.Size);
            tick.Events.Write(writer);
            (tick.DeadLetters ?? new IndexSet(tick.Size)).Write(writer);
        });
    }

    /// <summary>Adds what was written to an empty audit.</summary>
    public void Read(ref StateReader reader)
    {
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            ProgressOf(reader.ReadInt()).Read(ref reader);
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            Remember(reader.ReadTime());
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            AddNewest(reader.ReadTime());
        }

        _whole.Read(ref reader);
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var (time, size) = (reader.ReadTime(), reader.ReadInt());
            var (events, deadLetters) = (new IndexSet(size), new IndexSet(size));
            events.Read(ref reader);
            deadLetters.Read(ref reader);
            if (Find(time, size) is { } tick)
            {
                Unite(tick.Events, events);
                if (deadLetters.Count > 0)
                {
                    Unite(tick.DeadLetters = new IndexSet(size), deadLetters);
                }
            }
        }
    }

    /// <summary>The interval of the schedule, as the newest ticks show it: the shortest between two of them; null if there are not two.</summary>
    /// <param name="now">The current time; later ticks do not count.</param>
    public TimeSpan? IntervalUntil(DateTimeOffset now)
    {
        var ticks = _newest.Where(tick => tick <= now + Grace).ToArray();
        return ticks.Zip(ticks.Skip(1), (tick, next) => (TimeSpan?)(next - tick)).Min();
    }

    /// <summary>
    /// Whether every tick of the schedule from one to another is whole, both included. The interval is the shortest that the
    /// whole ticks just before and after them show. In doubt, they are not.
    /// </summary>
    public bool AreWhole(DateTimeOffset first, DateTimeOffset last)
    {
        if (first < DateTimeOffset.MinValue + Hour || last > DateTimeOffset.MaxValue - Hour || !HasWhole(first) || !HasWhole(last))
        {
            return false;
        }

        var interval = first == last ? TimeSpan.Zero : IntervalAround(first, last) ?? TimeSpan.MaxValue;
        var tick = first;
        while (HasWhole(tick) && last - tick >= interval && tick < last)
        {
            tick += interval;
        }

        return tick == last;
    }

    /// <summary>Judges a tick, whether it was seen or not.</summary>
    /// <param name="time">The tick.</param>
    /// <param name="size">How many events it has.</param>
    /// <param name="now">The current time; later ticks, in a future that is not believed, overtake none.</param>
    /// <param name="resent">When what the tick lacked was sent again, if it was: only ticks after that overtake it now.</param>
    public TickVerdict Judge(DateTimeOffset time, int size, DateTimeOffset now, DateTimeOffset? resent = null)
    {
        if (FindUnfinished(time, size) is not { } tick)
        {
            return new TickVerdict(_whole.Contains(time) ? TickState.Whole : TickState.InFlight, 0, []);
        }

        return new TickVerdict(
            tick.Missing == 0 ? TickState.Whole
            : OvertakenBefore(now) > (resent > time ? resent : time) ? TickState.Overtaken
            : TickState.InFlight,
            tick.Missing,
            tick.MissingIndices());
    }

    /// <summary>A tick as far as it was seen; null if it is whole, or is not judged any more.</summary>
    private OpenTick? FindUnfinished(DateTimeOffset time, int size) =>
        _whole.Contains(time) || _givenUp.Contains(time) || IsForgotten(time)
            ? null
            : _open.GetValueOrDefault(time)?.Sizes.FirstOrDefault(tick => tick.Size == size) ?? new OpenTick(time, size);

    private bool HasWhole(DateTimeOffset time) =>
        _whole.Contains(time) || _open.GetValueOrDefault(time)?.Sizes.Any(tick => tick.Missing == 0) == true;

    private TimeSpan? IntervalAround(DateTimeOffset first, DateTimeOffset last)
    {
        int[] intervals = [.. Intervals(first, -1), .. Intervals(last, 1)];
        return intervals.Length < MinIntervals ? null : TimeSpan.FromSeconds(intervals.Min());

        IEnumerable<int> Intervals(DateTimeOffset from, int direction)
        {
            var ticks = Enumerable.Range(0, SecondsAround).Where(second => HasWhole(from.AddSeconds(direction * second))).Take(MaxNewest).ToArray();
            return ticks.Zip(ticks.Skip(1), (tick, next) => next - tick);
        }
    }

    /// <summary>Judges all ticks that are not whole.</summary>
    /// <param name="completeFrom">Ticks before may have lost events with hours that were deleted.</param>
    /// <param name="now">As for one tick.</param>
    /// <param name="pending">The ticks of the outbox, with their sizes: what they lack is sent again, so it is in flight.</param>
    public TickFindings JudgeAll(
        DateTimeOffset completeFrom, DateTimeOffset now, IReadOnlyDictionary<DateTimeOffset, int>? pending = null)
    {
        var overtakenBefore = OvertakenBefore(now);
        var (missing, unfinished, cut) = (new List<OpenTick>(), 0, 0);
        var (missingEvents, unfinishedEvents) = (0L, 0L);
        foreach (var tick in _open.Values.SelectMany(tick => tick.Sizes))
        {
            if (tick.Events.Count == 0 || tick.Missing is not (> 0 and var count) || pending?.ContainsKey(tick.Time) == true)
            {
                continue;
            }

            if (tick.Time < completeFrom)
            {
                cut++;
            }
            else if (tick.Time < overtakenBefore)
            {
                missing.Add(tick);
                missingEvents += count;
            }
            else
            {
                unfinished++;
                unfinishedEvents += count;
            }
        }

        DateTimeOffset? oldestPending = null;
        foreach (var (time, size) in pending ?? new Dictionary<DateTimeOffset, int>())
        {
            if (FindUnfinished(time, size) is { Missing: > 0 and var count })
            {
                unfinished++;
                unfinishedEvents += count;
                oldestPending = time < oldestPending ? time : oldestPending ?? time;
            }
        }

        missing.Sort((left, right) => (left.Time, left.Size).CompareTo((right.Time, right.Size)));
        return new TickFindings(missing, missingEvents, unfinished, unfinishedEvents, oldestPending, cut);
    }

    /// <summary>Up to when every partition has gone past the ticks.</summary>
    private DateTimeOffset OvertakenBefore(DateTimeOffset now)
    {
        var believed = now > DateTimeOffset.MaxValue - Grace ? now : now + Grace;
        var partitions = _partitions.Values.Select(partition => (Newest: partition.NewestUntil(believed), partition.LastHour)).ToArray();
        var newest = partitions.Select(partition => partition.Newest).DefaultIfEmpty().Max();
        var slowest = partitions
            .Where(partition => newest - partition.Newest <= Hour || !IsSilent(partition.LastHour))
            .Select(partition => partition.Newest)
            .DefaultIfEmpty()
            .Min();
        return slowest < DateTimeOffset.MinValue + Grace ? DateTimeOffset.MinValue : slowest - Grace;
    }

    /// <summary>Whether others were recorded for over an hour since: two hours with another one between them are at least an hour apart.</summary>
    private bool IsSilent(DateTimeOffset lastHour) =>
        _hours.Max is var newest && lastHour < newest && newest - _hours.GetViewBetween(lastHour + Hour, newest).Min >= 2 * Hour;

    /// <summary>The open tick; null if it is whole, or not judged.</summary>
    private OpenTick? Find(DateTimeOffset time, int size)
    {
        MakeRoom();
        if (_open.TryGetValue(time, out var tick) && tick.Size == size)
        {
            return tick;
        }

        if (tick is null)
        {
            if (_whole.Contains(time) || _givenUp.Contains(time))
            {
                return null;
            }

            if (IsForgotten(time))
            {
                _notJudged++;
                return null;
            }

            _open[time] = tick = new OpenTick(time, size);
            _openTicks++;
            return tick;
        }

        tick.OtherSizes ??= [];
        if (!tick.OtherSizes.TryGetValue(size, out var other))
        {
            tick.OtherSizes[size] = other = new OpenTick(time, size);
            _openTicks++;
        }

        return other;
    }

    private ulong[] PageOf(IndexSet indices, int page)
    {
        var words = indices.PageOf(page, out var isNew);
        _openWords += isNew ? words.Length : 0;
        return words;
    }

    private void Unite(IndexSet indices, IndexSet others)
    {
        foreach (var (number, words) in others.Pages)
        {
            indices.Add(PageOf(indices, number), words);
        }
    }

    private void Close(DateTimeOffset time, TickSet set)
    {
        _tick = null;
        set.Add(time);
        if (_open.Remove(time, out var tick))
        {
            _openTicks -= tick.Sizes.Count();
            _openWords -= tick.Sizes.Sum(size => size.Words);
        }

        if (_whole.MinuteCount + _givenUp.MinuteCount > MaxMinutes)
        {
            var minutes = _whole.Minutes.Concat(_givenUp.Minutes).Order().ToArray();
            _forgottenUntil = Math.Max(_forgottenUntil, minutes[minutes.Length / 2]);
            _forgotten += _whole.Forget(_forgottenUntil) + _givenUp.Forget(_forgottenUntil);
        }
    }

    /// <summary>Where too many ticks are open, closes half of them: those that are whole with their dead letters, and then the oldest.</summary>
    private void MakeRoom()
    {
        if (_openTicks < MaxOpenTicks && _openWords < MaxOpenWords)
        {
            return;
        }

        foreach (var tick in _open.Values.OrderBy(tick => tick.Missing > 0).ThenBy(tick => tick.Time).ToArray())
        {
            if (_openTicks <= MaxOpenTicks / 2 && _openWords <= MaxOpenWords / 2)
            {
                break;
            }

            if (tick.Missing is > 0 and var missing)
            {
                GivenUp++;
                _givenUpEvents += missing;
                Close(tick.Time, _givenUp);
            }
            else
            {
                Close(tick.Time, _whole);
            }
        }
    }

    private bool IsForgotten(DateTimeOffset time) => TickSet.MinuteOf(time) <= _forgottenUntil;

    private PartitionProgress ProgressOf(int partition)
    {
        ref var progress = ref CollectionsMarshal.GetValueRefOrAddDefault(_partitions, partition, out _);
        return progress ??= new PartitionProgress();
    }

    private void AddNewest(DateTimeOffset tick)
    {
        if ((_newest.Count < MaxNewest || tick > _newest.Min) && _newest.Add(tick) && _newest.Count > MaxNewest)
        {
            _newest.Remove(_newest.Min);
        }
    }

    private void Remember(DateTimeOffset hour)
    {
        if (_hours.Add(hour) && _hours.Count > MaxHours)
        {
            _hours.Remove(_hours.Min);
        }
    }

    /// <summary>The progress of a partition.</summary>
    private sealed class PartitionProgress
    {
        private DateTimeOffset _newest;
        private DateTimeOffset _last;
        private (int Generation, long Offset) _lastPosition;

        /// <summary>The hour in which the last of them was recorded.</summary>
        public DateTimeOffset LastHour { get; private set; }

        /// <summary>The newest tick; when a clock was wrong and that is in the future, the tick of the last event.</summary>
        public DateTimeOffset NewestUntil(DateTimeOffset believed) =>
            _newest <= believed ? _newest : _last <= believed ? _last : DateTimeOffset.MinValue;

        public void Add(SegmentName segment, long offset, DateTimeOffset tick) =>
            Add((segment.Generation, offset), tick, tick, segment.Hour);

        public void Write(StateWriter writer)
        {
            writer.Write(_newest);
            writer.Write(_last);
            writer.Write7BitEncodedInt(_lastPosition.Generation);
            writer.Write7BitEncodedInt64(_lastPosition.Offset);
            writer.Write(LastHour);
        }

        public void Read(ref StateReader reader)
        {
            (_newest, _last) = (reader.ReadTime(), reader.ReadTime());
            _lastPosition = (reader.ReadInt(), reader.ReadLong());
            LastHour = reader.ReadTime();
        }

        public void Merge(PartitionProgress other) => Add(other._lastPosition, other._last, other._newest, other.LastHour);

        private void Add((int Generation, long Offset) position, DateTimeOffset last, DateTimeOffset newest, DateTimeOffset hour)
        {
            if (position.CompareTo(_lastPosition) >= 0)
            {
                (_lastPosition, _last) = (position, last);
            }

            _newest = newest > _newest ? newest : _newest;
            LastHour = hour > LastHour ? hour : LastHour;
        }
    }

    /// <summary>A set of ticks. Those on a whole second, as all schedules make them, cost a bit or a few.</summary>
    private sealed class TickSet
    {
        // One bit per second of a minute.
        private readonly Dictionary<long, ulong> _minutes = [];
        private readonly HashSet<DateTimeOffset> _others = [];

        public int Count { get; private set; }

        /// <summary>What its memory grows with; a tick between two seconds takes as much as several minutes.</summary>
        public int MinuteCount => _minutes.Count + (4 * _others.Count);

        public IEnumerable<long> Minutes => _minutes.Keys.Concat(_others.Select(MinuteOf));

        public IEnumerable<DateTimeOffset> Times => _others.Concat(_minutes.SelectMany(minute => TimesOf(minute.Key, minute.Value)));

        public static long MinuteOf(DateTimeOffset tick) => tick.UtcTicks / TimeSpan.TicksPerMinute;

        public void Add(DateTimeOffset tick)
        {
            if (IsBetweenSeconds(tick))
            {
                Count += _others.Add(tick) ? 1 : 0;
                return;
            }

            ref var seconds = ref CollectionsMarshal.GetValueRefOrAddDefault(_minutes, MinuteOf(tick), out _);
            Count += (seconds & SecondOf(tick)) == 0 ? 1 : 0;
            seconds |= SecondOf(tick);
        }

        public bool Contains(DateTimeOffset tick) => IsBetweenSeconds(tick)
            ? _others.Contains(tick)
            : _minutes.TryGetValue(MinuteOf(tick), out var seconds) && (seconds & SecondOf(tick)) != 0;

        public void Write(StateWriter writer)
        {
            writer.WriteAll(_minutes, minute =>
            {
                writer.Write7BitEncodedInt64(minute.Key);
                writer.Write(minute.Value);
            });
            writer.WriteAll(_others, writer.Write);
        }

        public void Read(ref StateReader reader)
        {
            for (var count = reader.ReadInt(); count > 0; count--)
            {
                var (minute, seconds) = (reader.ReadLong(), reader.ReadWord());
                _minutes[minute] = seconds;
                Count += BitOperations.PopCount(seconds);
            }

            for (var count = reader.ReadInt(); count > 0; count--)
            {
                Add(reader.ReadTime());
            }
        }

        /// <summary>Removes the ticks up to a minute; returns how many there were.</summary>
        public int Forget(long until)
        {
            var before = Count;
            foreach (var (minute, seconds) in _minutes.Where(minute => minute.Key <= until))
            {
                _minutes.Remove(minute);
                Count -= BitOperations.PopCount(seconds);
            }

            Count -= _others.RemoveWhere(tick => MinuteOf(tick) <= until);
            return before - Count;
        }

        private static IEnumerable<DateTimeOffset> TimesOf(long minute, ulong seconds)
        {
            for (; seconds != 0; seconds &= seconds - 1)
            {
                yield return new DateTimeOffset(
                    (minute * TimeSpan.TicksPerMinute) + (BitOperations.TrailingZeroCount(seconds) * TimeSpan.TicksPerSecond), TimeSpan.Zero);
            }
        }

        private static bool IsBetweenSeconds(DateTimeOffset tick) => tick.UtcTicks % TimeSpan.TicksPerSecond != 0;

        private static ulong SecondOf(DateTimeOffset tick) => 1UL << tick.Second;
    }
}

/// <summary>The state of a tick.</summary>
internal enum TickState
{
    /// <summary>The log and the dead letters hold all of it.</summary>
    Whole,

    /// <summary>What it lacks may still come, or the audit had to give it up.</summary>
    InFlight,

    /// <summary>What it lacks will not come without help.</summary>
    Overtaken,
}

/// <summary>How a tick is, how many events it lacks, and which indices these have, in order.</summary>
internal readonly record struct TickVerdict(TickState State, int MissingCount, IEnumerable<int> Missing);

/// <summary>The ticks that are not whole.</summary>
/// <param name="Missing">Those that are overtaken and therefore miss events, oldest first.</param>
/// <param name="MissingEvents">How many events are missing.</param>
/// <param name="Unfinished">How many ticks have events that may still come.</param>
/// <param name="UnfinishedEvents">How many events that are.</param>
/// <param name="OldestPending">The oldest tick of the outbox that is not whole, if any is.</param>
/// <param name="Cut">How many ticks are so old that the rest of their events was deleted with the hours before the log's first.</param>
internal sealed record TickFindings(
    IReadOnlyList<OpenTick> Missing, long MissingEvents, int Unfinished, long UnfinishedEvents, DateTimeOffset? OldestPending, int Cut)
{
    public static TickFindings None { get; } = new([], 0, 0, 0, null, 0);
}

/// <summary>A tick that is not whole, for one of the sizes that its events give.</summary>
/// <param name="time">When it was due.</param>
/// <param name="size">How many events it must have.</param>
internal sealed class OpenTick(DateTimeOffset time, int size)
{
    public DateTimeOffset Time => time;

    public int Size => size;

    /// <summary>The indices that are in the event log.</summary>
    public IndexSet Events { get; } = new(size);

    /// <summary>The indices that are in the dead letters, if any are.</summary>
    public IndexSet? DeadLetters { get; set; }

    /// <summary>How many events are in neither log.</summary>
    public int Missing => size - Events.Count - (DeadLetters?.CountExcept(Events) ?? 0);

    /// <summary>The same tick for the other sizes that its events give, if any.</summary>
    public Dictionary<int, OpenTick>? OtherSizes { get; set; }

    /// <summary>The tick for each size that its events give.</summary>
    public IEnumerable<OpenTick> Sizes => OtherSizes is null ? [this] : [this, .. OtherSizes.Values];

    /// <summary>What its memory grows with.</summary>
    public long Words => Events.Words + (DeadLetters?.Words ?? 0);

    /// <summary>The indices that are in neither log.</summary>
    public IEnumerable<int> MissingIndices()
    {
        for (var index = 0; index < size; index++)
        {
            if (!Events.Contains(index) && DeadLetters?.Contains(index) is not true)
            {
                yield return index;
            }
        }
    }
}

/// <summary>Some of the indices of a tick: one bit each, in pages, because an event may claim any index.</summary>
internal sealed class IndexSet(int size)
{
    /// <summary>How many indices a page covers.</summary>
    public const int PageLength = 1024;

    // Most ticks have no other page, and there may be many ticks.
    private ulong[]? _firstPage;
    private Dictionary<int, ulong[]>? _otherPages;

    public int Count { get; set; }

    public IEnumerable<(int Number, ulong[] Words)> Pages
    {
        get
        {
            if (_firstPage is not null)
            {
                yield return (0, _firstPage);
            }

            foreach (var (number, words) in _otherPages ?? [])
            {
                yield return (number, words);
            }
        }
    }

    public long Words => Pages.Sum(page => (long)page.Words.Length);

    public bool Contains(int index) => Find(index / PageLength) is { } page && (page[index % PageLength / 64] & (1UL << (index % 64))) != 0;

    /// <summary>Adds an index to its page.</summary>
    public static void Mark(ulong[] page, int index) => page[index % PageLength / 64] |= 1UL << (index % 64);

    public ulong[] PageOf(int number, out bool isNew)
    {
        if (Find(number) is { } page)
        {
            isNew = false;
            return page;
        }

        isNew = true;
        page = new ulong[(Math.Min(PageLength, size - (number * PageLength)) + 63) / 64];
        if (number == 0)
        {
            return _firstPage = page;
        }

        (_otherPages ??= []).Add(number, page);
        return page;
    }

    /// <summary>Adds the indices that the same page of another set has.</summary>
    public void Add(ulong[] page, ulong[] other)
    {
        for (var i = 0; i < page.Length; i++)
        {
            Count += BitOperations.PopCount(other[i] & ~page[i]);
            page[i] |= other[i];
        }
    }

    public void Write(StateWriter writer) => writer.WriteAll([.. Pages], page =>
    {
        writer.Write7BitEncodedInt(page.Number);
        foreach (var word in page.Words)
        {
            writer.Write(word);
        }
    });

    public void Read(ref StateReader reader)
    {
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var page = PageOf(reader.ReadInt(), out _);
            foreach (ref var word in page.AsSpan())
            {
                word = reader.ReadWord();
                Count += BitOperations.PopCount(word);
            }
        }
    }

    /// <summary>How many of its indices another set lacks.</summary>
    public int CountExcept(IndexSet other) => Pages.Sum(page =>
        page.Words.Select((word, i) => BitOperations.PopCount(word & ~(other.Find(page.Number)?[i] ?? 0))).Sum());

    private ulong[]? Find(int number) => number == 0 ? _firstPage : _otherPages?.GetValueOrDefault(number);
}
