using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// The state of the analytics: what the lines of the log add up to. It depends on the set of lines and the current
/// minute alone: parts of the log may be folded in any order, or apart and then merged. Not for concurrent use.
/// </summary>
/// <remarks>
/// Apart from a few bytes for each hour of the log, its size is bounded by constants, whatever the events hold. When
/// <see cref="PhotoTable"/>, <see cref="MaxPhotoMinutes"/> or <see cref="MaxFutureEvents"/> is full, the sums stay exact but
/// those of single photos are not complete, and <see cref="Limits"/> says so. Views and likes count for a window in the
/// minute of their own time, however late or out of order they are recorded. Those of a minute later than the current one
/// count only for the whole log until their minute has come: a wrong clock elsewhere is never "now".
/// </remarks>
internal sealed class AnalyticsState
{
    /// <summary>How many future events are held back; any others count for the whole log only.</summary>
    public const int MaxFutureEvents = 200_000;

    /// <summary>How many pairs of a minute and a photo that was viewed or liked in it are kept.</summary>
    public const int MaxPhotoMinutes = 400_000;

    /// <summary>
    /// How old an event may be when it is recorded to be on the chart of the whole log: Kafka keeps records for 168
    /// hours by default. An event from 1970 counts, but does not stretch the chart.
    /// </summary>
    public const int MaxHoursOnTheWay = 168;

    // So many events are read before they are counted, a quarter faster than one by one: what depends on their minute is looked up
    // once for many of them, and the processor waits for the memory of many users at once.
    private const int BatchSize = 1024;

    private readonly List<PhotoEvent> _read = [];
    private readonly Dictionary<long, MinuteBucket> _minutes = [];
    private readonly Dictionary<long, Tally> _hours = [];
    private readonly Dictionary<long, long> _recordedUntil = [];
    private readonly PriorityQueue<PhotoEvent, long> _future = new();
    private readonly OffsetAudit _offsets = new();
    private readonly Dictionary<(DateTimeOffset Hour, int Partition), long> _deadLetters = [];
    private int _photoMinutes;
    private bool _leftOutPhotoMinutes;
    private bool _leftOutFutureEvents;

    /// <param name="now">The current time.</param>
    public AnalyticsState(DateTimeOffset now)
        : this(Minutes.Of(now))
    {
    }

    /// <param name="minute">The current minute.</param>
    public AnalyticsState(long minute)
    {
        Now = minute;
        Recent = new RecentEvents(Photos);
    }

    /// <summary>Whether it is about the minutes that are kept before a minute of the past, and nothing else of the log.</summary>
    public bool IsOfPast { get; init; }

    /// <summary>The current minute; nothing of a later one is in <see cref="MinuteOf"/>.</summary>
    public long Now { get; private set; }

    /// <summary>Changes whenever anything else does.</summary>
    public long Version { get; private set; }

    /// <summary>How many events the log holds.</summary>
    public long Recorded => Total.Views + Total.Likes;

    /// <summary>The sums over the whole log.</summary>
    public Tally Total;

    /// <summary>What the limits have left out, a sentence each; usually nothing.</summary>
    public IEnumerable<string> Limits
    {
        get
        {
            if (Photos.IsFull)
            {
                yield return "There are too many photos to count each of them: some are in the sums only, or without their address.";
            }

            if (Photos.IsFullOfBreeds)
            {
                yield return "There are too many breeds to count each of them: some photos are shown without theirs.";
            }

            if (_leftOutPhotoMinutes)
            {
                yield return "Too many photos were viewed at the same time to count each of them: "
                    + "in the last 48 hours some views and likes are in the sums only.";
            }

            if (_leftOutFutureEvents)
            {
                yield return "There are too many events with a time in the future: some count for the whole log only.";
            }

            foreach (var limit in Ticks.Limits.Append(_offsets.Limit).OfType<string>())
            {
                yield return limit;
            }
        }
    }

    /// <summary>Whether the order in which its parts were added may show, because a limit was reached.</summary>
    public bool DependsOnOrder => Limits.Any() || !Ticks.IsWhole || !Users.IsCertain;

    /// <summary>What its memory grows with, apart from the users, in units of some hundred bytes.</summary>
    public int Size => Photos.Size + _photoMinutes + _future.Count + Ticks.Size + _offsets.Size;

    /// <summary>The minutes that it is about.</summary>
    public MinuteSpan Span => new(Now, _minutes.Keys.DefaultIfEmpty().Min(), _minutes.Keys.DefaultIfEmpty().Max(), !Users.IsExact);

    /// <summary>The time of the newest event that is not later than the current minute; the minimum if there is none.</summary>
    public DateTimeOffset NewestEvent { get; private set; }

    /// <summary>The photos and their sums over the whole log.</summary>
    public PhotoTable Photos { get; } = new();

    /// <summary>The newest events that are not later than the current minute.</summary>
    public RecentEvents Recent { get; }

    public Viewers Viewers { get; } = new();

    /// <summary>The users who liked a photo.</summary>
    public Viewers Likers { get; } = new();

    /// <summary>Who viewed and liked what in the minutes that are kept.</summary>
    public UserSample Users { get; } = new();

    public TickAudit Ticks { get; } = new();

    /// <summary>The sums by hour of event time, counted from the year 1, of the events that came within <see cref="MaxHoursOnTheWay"/>.</summary>
    public IReadOnlyDictionary<long, Tally> Hours => _hours;

    /// <summary>How many dead letters the log holds.</summary>
    public long DeadLettered => _deadLetters.Values.Sum();

    /// <summary>It holds all that was recorded from this hour on; the minimum if it holds all of the log.</summary>
    public DateTimeOffset ReadFrom { get; set; }

    /// <summary>The time of the first event, of those that came within <see cref="MaxHoursOnTheWay"/>; the maximum if there is none.</summary>
    public DateTimeOffset OldestEvent { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>The last hour in which events of an hour were recorded, both counted from the year 1.</summary>
    public long RecordedUntil(long hour) => Math.Max(hour, _recordedUntil.GetValueOrDefault(hour));

    /// <inheritdoc cref="OffsetAudit.Gaps"/>
    /// <remarks>None while hours are still to be read, which may fill them.</remarks>
    public IEnumerable<OffsetGap> Gaps => ReadFrom == default ? _offsets.Gaps : [];

    /// <inheritdoc cref="OffsetAudit.Lacking"/>
    public IEnumerable<OffsetRange> Lacking(OffsetRange range) => _offsets.Lacking(range);

    /// <inheritdoc cref="OffsetAudit.CompleteFrom"/>
    /// <remarks>Later if hours are still to be read.</remarks>
    public DateTimeOffset CompleteFrom => Max(
        _offsets.CompleteFrom, ReadFrom > default(DateTimeOffset) && ReadFrom < DateTimeOffset.MaxValue ? ReadFrom + TickAudit.Grace : ReadFrom);

    /// <summary>What happened in one of the last <see cref="Minutes.Kept"/> minutes; null if nothing did.</summary>
    public MinuteBucket? MinuteOf(long minute) => _minutes.GetValueOrDefault(minute);

    /// <summary>How many dead letters were recorded in an hour or later.</summary>
    public long DeadLetteredSince(DateTimeOffset hour) => _deadLetters.Where(count => count.Key.Hour >= hour).Sum(count => count.Value);

    /// <summary>Adds whole lines of a segment of any log.</summary>
    public void Add(SegmentName segment, ReadOnlySpan<byte> lines)
    {
        switch (segment.Log)
        {
            case LogKind.Events:
                AddEvents(segment, lines);
                break;
            case LogKind.DeadLetters:
                AddDeadLetters(segment, lines);
                break;
            default:
                AddCopies(segment, lines);
                break;
        }
    }

    /// <summary>Adds whole lines of a segment of the event log. Invalid lines are skipped; the verifier reports them.</summary>
    public void AddEvents(SegmentName segment, ReadOnlySpan<byte> lines)
    {
        Version++;
        var recordedHour = segment.Hour.UtcTicks / TimeSpan.TicksPerHour;
        foreach (var line in new LogLines(lines))
        {
            if (EventLine.TryRead(line, out var offset, out var catEvent))
            {
                if (IsOfPast && !IsKept(Minutes.Of(catEvent.Time)))
                {
                    continue;
                }

                if (!IsOfPast)
                {
                    _offsets.Add(segment, offset, catEvent.Id.Tick);
                    Ticks.Add(segment, offset, catEvent.Id, catEvent.TickSize);
                }

                Add(catEvent, new LogPosition(segment.Generation, offset, segment.Partition));
                if (_read.Count == BatchSize)
                {
                    CountRead(recordedHour);
                }
            }
            else if (LogLine.TryReadPosition(line, out _, out offset))
            {
                _offsets.Add(segment, offset);
            }
        }

        CountRead(recordedHour);
    }

    /// <summary>Adds whole lines of a segment of the dead letters.</summary>
    public void AddDeadLetters(SegmentName segment, ReadOnlySpan<byte> lines)
    {
        Version++;
        CollectionsMarshal.GetValueRefOrAddDefault(_deadLetters, (segment.Hour, segment.Partition), out _) += lines.Count((byte)'\n');
        foreach (var line in new LogLines(lines))
        {
            if (LogLine.TryReadPosition(line, out _, out var offset) && DeadLetterLog.TryParse<DeadLetter>(line) is { } letter)
            {
                _offsets.Add(segment, offset);
                Ticks.AddDeadLetter(letter.Value);
            }
        }
    }

    /// <summary>Adds whole lines of a segment of the copies: their offsets are not gaps.</summary>
    public void AddCopies(SegmentName segment, ReadOnlySpan<byte> lines)
    {
        Version++;
        foreach (var line in new LogLines(lines))
        {
            if (LogLine.TryReadPosition(line, out _, out var offset))
            {
                _offsets.Add(segment, offset);
            }
        }
    }

    /// <summary>Adds another part of the log, as of the same minute or an earlier one.</summary>
    public void Merge(AnalyticsState other)
    {
        Version++;
        Total += other.Total;
        _leftOutPhotoMinutes |= other._leftOutPhotoMinutes;
        _leftOutFutureEvents |= other._leftOutFutureEvents;
        NewestEvent = Max(NewestEvent, other.NewestEvent);
        OldestEvent = other.OldestEvent < OldestEvent ? other.OldestEvent : OldestEvent;
        Viewers.Merge(other.Viewers);
        Likers.Merge(other.Likers);
        Ticks.Merge(other.Ticks);
        _offsets.Merge(other._offsets);
        var numbers = Photos.Merge(other.Photos);
        Users.Merge(other.Users, numbers, IsKept);
        Recent.Add([.. other.Recent.NewestFirst.Select(one => one.Renumber(numbers))]);

        foreach (var (minute, bucket) in other._minutes)
        {
            var mine = BucketOf(minute);
            foreach (var (photo, tally) in bucket.Photos)
            {
                Add(mine, numbers[photo], tally);
            }

            Add(mine, photo: null, bucket.Others);
        }

        foreach (var (hour, tally) in other._hours)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_hours, hour, out _) += tally;
        }

        foreach (var (hour, recorded) in other._recordedUntil)
        {
            NoteRecorded(hour, recorded);
        }

        foreach (var (held, _) in other._future.UnorderedItems)
        {
            Place(held.Renumber(numbers));
        }

        foreach (var (key, count) in other._deadLetters)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_deadLetters, key, out _) += count;
        }
    }

    /// <summary>
    /// Writes it so that <see cref="Read"/> reads it; it must not depend on an order. Whoever changes this, or what the state
    /// makes of the lines, raises the version of <see cref="SnapshotFile"/>.
    /// </summary>
    public void Write(StateWriter writer)
    {
        Total.Write(writer);
        writer.Write(NewestEvent);
        writer.Write(OldestEvent);
        Photos.Write(writer);
        Viewers.Write(writer);
        Likers.Write(writer);
        Users.Write(writer);
        Ticks.Write(writer);
        _offsets.Write(writer);
        writer.WriteAll(Recent.NewestFirst, entry =>
        {
            writer.Write(entry.Time);
            writer.Write7BitEncodedInt(entry.Photo!.Value);
            writer.Write(entry.IsLike);
        });
        writer.WriteAll(_minutes, minute =>
        {
            writer.Write7BitEncodedInt64(minute.Key);
            minute.Value.Others.Write(writer);
            writer.WriteAll(minute.Value.Photos, photo =>
            {
                writer.Write7BitEncodedInt(photo.Key);
                photo.Value.Write(writer);
            });
        });
        writer.WriteAll(_hours, hour =>
        {
            writer.Write7BitEncodedInt64(hour.Key);
            hour.Value.Write(writer);
        });
        writer.WriteAll(_recordedUntil, hour =>
        {
            writer.Write7BitEncodedInt64(hour.Key);
            writer.Write7BitEncodedInt64(hour.Value);
        });
        writer.WriteAll(_future.UnorderedItems, held =>
        {
            writer.Write7BitEncodedInt(held.Element.Photo + 1 ?? 0);
            writer.Write(held.Element.IsLike);
            writer.Write(held.Element.Time);
            writer.Write(held.Element.User);
        });
        writer.WriteAll(_deadLetters, deadLetters =>
        {
            writer.Write(deadLetters.Key.Hour);
            writer.Write7BitEncodedInt(deadLetters.Key.Partition);
            writer.Write7BitEncodedInt64(deadLetters.Value);
        });
    }

    /// <summary>
    /// Adds what was written, as of this minute, which must not be an earlier one. That is quicker than merging it; after an
    /// exception it holds a part of it.
    /// </summary>
    public void Read(StateReader reader)
    {
        Version++;
        Total += Tally.Read(ref reader);
        NewestEvent = Max(NewestEvent, reader.ReadTime());
        var oldest = reader.ReadTime();
        OldestEvent = oldest < OldestEvent ? oldest : OldestEvent;
        var numbers = Photos.Read(ref reader);
        Viewers.Read(ref reader);
        Likers.Read(ref reader);
        Users.Read(ref reader, numbers, IsKept);
        var ticks = new TickAudit();
        ticks.Read(ref reader);
        Ticks.Merge(ticks);
        var offsets = new OffsetAudit();
        offsets.Read(ref reader);
        _offsets.Merge(offsets);
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var (time, photo, isLike) = (reader.ReadTime(), numbers[reader.ReadInt()], reader.ReadBool());
            Recent.Add([new PhotoEvent(photo, isLike, time, User: 0)]);
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var minute = reader.ReadLong();
            var bucket = BucketOf(minute);
            Add(bucket, photo: null, Tally.Read(ref reader));
            for (var photos = reader.ReadInt(); photos > 0; photos--)
            {
                Add(bucket, numbers[reader.ReadInt()], Tally.Read(ref reader));
            }
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_hours, reader.ReadLong(), out _) += Tally.Read(ref reader);
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            NoteRecorded(reader.ReadLong(), reader.ReadLong());
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var (photo, isLike, time) = (reader.ReadInt(), reader.ReadBool(), reader.ReadTime());
            Place(new PhotoEvent(photo == 0 ? null : numbers[photo - 1], isLike, time, reader.ReadWord()));
        }

        for (var count = reader.ReadInt(); count > 0; count--)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_deadLetters, (reader.ReadTime(), reader.ReadInt()), out _) += reader.ReadLong();
        }
    }

    /// <summary>Moves on to the minute of a time, if it is a later one, and forgets what is too old for any window.</summary>
    public void AdvanceTo(DateTimeOffset now) => AdvanceTo(Minutes.Of(now));

    /// <inheritdoc cref="AdvanceTo(DateTimeOffset)"/>
    public void AdvanceTo(long minute)
    {
        if (minute <= Now)
        {
            return;
        }

        Version++;
        Now = minute;
        while (_future.TryPeek(out var held, out var due) && due <= Now)
        {
            _future.Dequeue();
            Place(held);
        }

        foreach (var (old, bucket) in _minutes.Where(minute => !IsKept(minute.Key)))
        {
            _minutes.Remove(old);
            Users.Forget(old);
            _photoMinutes -= bucket.Photos.Count;
        }
    }

    private void Add(in CatEvent catEvent, in LogPosition position)
    {
        var photo = Photos.NumberOf(catEvent.Subject);
        if (photo is { } number)
        {
            Photos.Describe(number, position, catEvent.PhotoUrl, catEvent.Breed);
            Photos[number].Total.Add(catEvent.IsLike);
        }

        _read.Add(new PhotoEvent(photo, catEvent.IsLike, catEvent.Time, TextHash.Of(catEvent.UserId)));
    }

    /// <summary>Counts the events that were read.</summary>
    private void CountRead(long recordedHour)
    {
        var events = CollectionsMarshal.AsSpan(_read);
        while (!events.IsEmpty)
        {
            var minute = Minutes.Of(events[0].Time);
            var (length, sum, oldest) = (0, default(Tally), DateTimeOffset.MaxValue);
            for (; length < events.Length && Minutes.Of(events[length].Time) == minute; length++)
            {
                sum.Add(events[length].IsLike);
                oldest = events[length].Time < oldest ? events[length].Time : oldest;
            }

            Total += sum;
            var hour = minute / Minutes.PerHour;
            if (hour >= recordedHour - MaxHoursOnTheWay && hour <= recordedHour + 1)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_hours, hour, out _) += sum;
                OldestEvent = oldest < OldestEvent ? oldest : OldestEvent;
                NoteRecorded(hour, recordedHour);
            }

            Place(minute, events[..length]);
            events = events[length..];
        }

        _read.Clear();
    }

    private void Place(in PhotoEvent held) => Place(Minutes.Of(held.Time), [held]);

    /// <summary>Puts views and likes of a minute into their time.</summary>
    private void Place(long minute, ReadOnlySpan<PhotoEvent> events)
    {
        var isFuture = minute > Now;
        foreach (ref readonly var one in events)
        {
            (one.IsLike ? Likers : Viewers).Add(one.User, isFuture ? 0 : (int)minute);
        }

        if (isFuture)
        {
            var held = Math.Min(events.Length, MaxFutureEvents - _future.Count);
            _leftOutFutureEvents |= held < events.Length;
            foreach (ref readonly var one in events[..held])
            {
                _future.Enqueue(one, minute);
            }

            return;
        }

        if (BucketOf(minute) is { } bucket)
        {
            Users.Add(minute, events);
            foreach (ref readonly var one in events)
            {
                Add(bucket, one.Photo, one.IsLike ? new Tally(0, 1) : new Tally(1, 0));
            }
        }

        foreach (ref readonly var one in events)
        {
            NewestEvent = Max(NewestEvent, one.Time);
        }

        Recent.Add(events);
    }

    /// <summary>The sums of a minute; null if it is not kept.</summary>
    private MinuteBucket? BucketOf(long minute)
    {
        if (!IsKept(minute))
        {
            return null;
        }

        ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(_minutes, minute, out _);
        return bucket ??= new MinuteBucket();
    }

    private void Add(MinuteBucket? bucket, int? photo, Tally tally)
    {
        if (bucket is null)
        {
            return;
        }

        bucket.Total += tally;
        if (photo is { } number)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrNullRef(bucket.Photos, number);
            if (!Unsafe.IsNullRef(ref sum))
            {
                sum += tally;
                return;
            }

            if (_photoMinutes < MaxPhotoMinutes)
            {
                bucket.Photos.Add(number, tally);
                _photoMinutes++;
                return;
            }

            _leftOutPhotoMinutes = true;
        }

        bucket.Others += tally;
    }

    private void NoteRecorded(long hour, long recorded)
    {
        if (recorded > hour)
        {
            ref var until = ref CollectionsMarshal.GetValueRefOrAddDefault(_recordedUntil, hour, out _);
            until = Math.Max(until, recorded);
        }
    }

    private bool IsKept(long minute) => minute > Now - Minutes.Kept && minute <= (IsOfPast ? Now : long.MaxValue);

    private static DateTimeOffset Max(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}

/// <summary>
/// The position of an event in the log. Positions of one partition are in the order of recording; those of different
/// partitions are in an arbitrary order that is always the same.
/// </summary>
internal readonly record struct LogPosition(int Generation, long Offset, int Partition) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) =>
        Generation != other.Generation ? Generation.CompareTo(other.Generation)
        : Offset != other.Offset ? Offset.CompareTo(other.Offset)
        : Partition.CompareTo(other.Partition);
}

/// <summary>A view or a like without its texts.</summary>
/// <param name="Photo">The number of the photo; null if it is not known.</param>
/// <param name="IsLike">Whether it is a like.</param>
/// <param name="Time">When it happened.</param>
/// <param name="User">The <see cref="TextHash"/> of the user's id.</param>
internal readonly record struct PhotoEvent(int? Photo, bool IsLike, DateTimeOffset Time, ulong User)
{
    /// <summary>The same in another <see cref="PhotoTable"/>, whose numbers are given by those of this one.</summary>
    public PhotoEvent Renumber(int?[] numbers) => this with { Photo = Photo is { } photo ? numbers[photo] : null };
}
