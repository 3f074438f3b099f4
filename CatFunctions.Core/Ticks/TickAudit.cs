using System.Numerics;
using System.Runtime.InteropServices;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.Ticks;

/// <summary>
/// Tells which events of each tick are there: a tick of n events is whole when the indices 0 to n - 1 are. That depends on
/// the set of events alone: they may be added in any order, or to several audits that are merged. Not for concurrent use.
/// </summary>
/// <remarks>
/// A whole tick costs a few bits, an open one a bit for each event. Events that disagree about the size of their tick
/// are counted for each size; when one of them is whole, so is the tick.
/// </remarks>
internal sealed class TickAudit
{
    /// <summary>A tick this much older than another one has had its time to arrive.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Dictionary<DateTimeOffset, OpenTick> _open = [];
    private readonly TickSet _whole = new();

    // The events of a tick come in a row: the page of the one before is at hand.
    private OpenTick? _tick;
    private int _page;
    private ulong[] _words = [];

    /// <summary>How many ticks were seen.</summary>
    public int Ticks => _open.Count + _whole.Count;

    /// <summary>Counts an event.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Add(in EventId id, int tickSize)
    {
        string? problem = null;
        if (_tick is null || id.Tick != _tick.Time || tickSize != _tick.Size || id.Index / OpenTick.PageLength != _page)
        {
            if (_whole.Contains(id.Tick))
            {
                return $"event {id} is one too many: its tick was complete before";
            }

            _tick = Open(id.Tick, tickSize, out problem);
            _page = id.Index / OpenTick.PageLength;
            _words = _tick.PageOf(_page);
        }

        ref var word = ref _words[id.Index % OpenTick.PageLength / 64];
        var bit = 1UL << (id.Index % 64);
        if ((word & bit) != 0)
        {
            return $"event {id} is there twice";
        }

        word |= bit;
        if (++_tick.Count == tickSize)
        {
            Close(id.Tick);
        }

        return problem is null ? null : $"event {id} {problem}";
    }

    /// <summary>Takes in all that another one has counted; that one must not be used any more.</summary>
    public void Merge(TickAudit other)
    {
        foreach (var tick in other._whole.Ticks)
        {
            Close(tick);
        }

        foreach (var part in other._open.Values.SelectMany(tick => tick.Sizes))
        {
            if (!_whole.Contains(part.Time) && Open(part.Time, part.Size, out _) is var tick && tick.UnionWith(part))
            {
                Close(part.Time);
            }
        }
    }

    /// <summary>
    /// Judges the open ticks. One is finished, so that what it lacks is missing, when a later one is whole, or is later
    /// by more than <see cref="Grace"/>.
    /// </summary>
    /// <param name="from">Ticks before may have lost events with hours that were deleted.</param>
    /// <param name="until">A tick after it, in a future that is not believed, finishes none.</param>
    public TickFindings Judge(DateTimeOffset from, DateTimeOffset until)
    {
        var newestWhole = _whole.NewestUntil(until);
        var newest = _open.Keys.Where(tick => tick <= until).Append(newestWhole).Max();
        var open = _open.Values.SelectMany(tick => tick.Sizes).ToLookup(tick =>
            tick.Time < from ? Finding.Cut
            : tick.Time < newestWhole || newest - tick.Time > Grace ? Finding.Missing
            : Finding.Unfinished);
        return new TickFindings(
            [.. open[Finding.Missing].OrderBy(tick => tick.Time).ThenBy(tick => tick.Size)],
            open[Finding.Unfinished].Count(),
            open[Finding.Cut].Count());
    }

    private OpenTick Open(DateTimeOffset time, int size, out string? problem)
    {
        problem = null;
        ref var tick = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, time, out _);
        tick ??= new OpenTick(time, size);
        if (tick.Size == size)
        {
            return tick;
        }

        tick.OtherSizes ??= [];
        if (!tick.OtherSizes.TryGetValue(size, out var other))
        {
            problem = $"says that its tick has {size} events, others say {tick.Size}";
            tick.OtherSizes[size] = other = new OpenTick(time, size);
        }

        return other;
    }

    private void Close(DateTimeOffset time)
    {
        _tick = null;
        _open.Remove(time);
        _whole.Add(time);
    }

    private enum Finding
    {
        Missing,
        Unfinished,
        Cut,
    }

    /// <summary>A set of ticks. Those on a whole second, as all schedules make them, cost a bit or a few.</summary>
    private sealed class TickSet
    {
        // One bit per second of a minute.
        private readonly Dictionary<long, ulong> _minutes = [];
        private readonly HashSet<DateTimeOffset> _others = [];

        public int Count { get; private set; }

        public IEnumerable<DateTimeOffset> Ticks => _others.Concat(
            from minute in _minutes
            from second in Enumerable.Range(0, 60)
            where (minute.Value & (1UL << second)) != 0
            select new DateTimeOffset((minute.Key * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond), TimeSpan.Zero));

        public void Add(DateTimeOffset tick)
        {
            if (tick.Ticks % TimeSpan.TicksPerSecond != 0)
            {
                Count += _others.Add(tick) ? 1 : 0;
                return;
            }

            var (minute, second) = Split(tick);
            ref var seconds = ref CollectionsMarshal.GetValueRefOrAddDefault(_minutes, minute, out _);
            Count += (seconds & second) == 0 ? 1 : 0;
            seconds |= second;
        }

        public bool Contains(DateTimeOffset tick)
        {
            var (minute, second) = Split(tick);
            return tick.Ticks % TimeSpan.TicksPerSecond != 0
                ? _others.Contains(tick)
                : _minutes.TryGetValue(minute, out var seconds) && (seconds & second) != 0;
        }

        /// <summary>The newest one that is not later than a time; the minimum if there is none.</summary>
        public DateTimeOffset NewestUntil(DateTimeOffset time)
        {
            var (lastMinute, lastSecond) = Split(time);
            var (newest, seconds) = (0L, 0UL);
            foreach (var (minute, all) in _minutes)
            {
                var past = minute < lastMinute ? all : minute == lastMinute ? all & (lastSecond | (lastSecond - 1)) : 0;
                if (past != 0 && minute >= newest)
                {
                    (newest, seconds) = (minute, past);
                }
            }

            var other = _others.Where(tick => tick <= time).DefaultIfEmpty().Max();
            var whole = seconds == 0
                ? default
                : new DateTimeOffset((newest * TimeSpan.TicksPerMinute) + (BitOperations.Log2(seconds) * TimeSpan.TicksPerSecond), TimeSpan.Zero);
            return whole > other ? whole : other;
        }

        private static (long Minute, ulong Second) Split(DateTimeOffset tick) =>
            (tick.UtcTicks / TimeSpan.TicksPerMinute, 1UL << tick.Second);
    }
}

/// <summary>The ticks that are not whole.</summary>
/// <param name="Missing">Those whose events are missing, oldest first.</param>
/// <param name="Unfinished">How many are so new that the rest of their events may still be on its way.</param>
/// <param name="Cut">How many are so old that the rest of their events was deleted with the hours before the log's first.</param>
internal sealed record TickFindings(IReadOnlyList<OpenTick> Missing, int Unfinished, int Cut);

/// <summary>A tick that is not whole, by one of the sizes that its events tell.</summary>
/// <param name="time">When it was due.</param>
/// <param name="size">How many events it must have.</param>
internal sealed class OpenTick(DateTimeOffset time, int size)
{
    /// <summary>How many indices a page covers.</summary>
    public const int PageLength = 1024;

    // One bit per index. In pages, because an event may claim any index.
    private readonly Dictionary<int, ulong[]> _pages = [];

    public DateTimeOffset Time => time;

    public int Size => size;

    /// <summary>How many events are there.</summary>
    public int Count { get; set; }

    public int Missing => size - Count;

    /// <summary>The same tick by the other sizes that were told, if any were.</summary>
    public Dictionary<int, OpenTick>? OtherSizes { get; set; }

    /// <summary>The tick by each size that was told.</summary>
    public IEnumerable<OpenTick> Sizes => OtherSizes is null ? [this] : [this, .. OtherSizes.Values];

    /// <summary>The indices that are not there.</summary>
    public IEnumerable<int> MissingIndices()
    {
        for (var index = 0; index < size; index++)
        {
            if (!_pages.TryGetValue(index / PageLength, out var page) || (page[index % PageLength / 64] & (1UL << (index % 64))) == 0)
            {
                yield return index;
            }
        }
    }

    /// <summary>The bits of a page of indices.</summary>
    public ulong[] PageOf(int page)
    {
        ref var words = ref CollectionsMarshal.GetValueRefOrAddDefault(_pages, page, out _);
        return words ??= new ulong[(Math.Min(PageLength, size - (page * PageLength)) + 63) / 64];
    }

    /// <summary>Counts what the same tick of the same size has in another audit; whether it is whole then.</summary>
    public bool UnionWith(OpenTick other)
    {
        foreach (var (number, words) in other._pages)
        {
            var page = PageOf(number);
            for (var i = 0; i < page.Length; i++)
            {
                Count += BitOperations.PopCount(words[i] & ~page[i]);
                page[i] |= words[i];
            }
        }

        return Count == size;
    }
}
