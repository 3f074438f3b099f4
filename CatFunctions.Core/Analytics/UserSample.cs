using System.Runtime.InteropServices;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Which photos were viewed and liked by whom, minute by minute: of every user while that fits, then of a sample of users. So it
/// answers how many different users there were in any minutes, for any photos.
/// </summary>
/// <remarks>
/// Distinct sampling: P. B. Gibbons, "Distinct Sampling for Highly-Accurate Answers to Distinct Values Queries and Event
/// Reports", VLDB 2001. A user is in the sample by a hash, so with everything or not at all; each time the sample is full, half of the
/// users leave it. With n users of an answer in the sample, its standard error is about 1 / √n.
/// </remarks>
internal sealed class UserSample
{
    /// <summary>How many different triples of minute, photo and user are kept, views and likes apart.</summary>
    public const int MaxEntries = 400_000;

    /// <summary>What stands for the photos that are not known one by one.</summary>
    private const int NoPhoto = (1 << PhotoBits) - 1;
    private const int PhotoBits = 18;
    private const int UserShift = PhotoBits + 1;

    // Some may be in it twice, until that makes a difference: telling each of them costs more than all the rest.
    private readonly Dictionary<long, List<ulong>> _minutes = [];
    private readonly Dictionary<MinuteRange, long> _viewers = [];
    private int _entries;
    private int _halvings;
    private int _uncertain;

    /// <summary>Whether every user is in the sample, so that answers are counted, not estimated.</summary>
    public bool IsExact => Settled()._halvings == 0;

    /// <summary>
    /// Whether it is as if what it holds now were all that it ever held: not where it was halved because of minutes that
    /// it has forgotten since.
    /// </summary>
    public bool IsCertain => _uncertain == 0 || _uncertain < Settled()._halvings;

    /// <summary>Adds views and likes of a minute.</summary>
    public void Add(long minute, ReadOnlySpan<PhotoEvent> events)
    {
        var entries = EntriesOf(minute);
        foreach (ref readonly var one in events)
        {
            Add(entries, (one.User >> UserShift << UserShift) | (ulong)(uint)((one.Photo ?? NoPhoto) << 1) | (one.IsLike ? 1UL : 0));
        }
    }

    /// <summary>Adds everything of another one.</summary>
    /// <param name="other">The other one; its photos have other numbers.</param>
    /// <param name="numbers">The numbers here by those there.</param>
    /// <param name="isKept">Which minutes to add.</param>
    public void Merge(UserSample other, int?[] numbers, Func<long, bool> isKept)
    {
        while (_halvings < other.Settled()._halvings)
        {
            Halve();
        }

        _uncertain = Math.Max(_uncertain, other._uncertain);
        foreach (var (minute, entries) in other._minutes.Where(minute => isKept(minute.Key)))
        {
            Add(minute, CollectionsMarshal.AsSpan(entries), numbers);
        }
    }

    /// <summary>Forgets a minute.</summary>
    public void Forget(long minute)
    {
        if (Settled()._minutes.Remove(minute, out var entries))
        {
            _entries -= entries.Count;
            _uncertain = _halvings;
        }
    }

    /// <summary>Writes it so that <see cref="Read"/> reads it.</summary>
    public void Write(StateWriter writer)
    {
        RemoveDuplicates();
        writer.Write7BitEncodedInt(Settled()._halvings);
        writer.WriteAll(_minutes, minute =>
        {
            writer.Write7BitEncodedInt64(minute.Key);
            writer.Write7BitEncodedInt(minute.Value.Count);
            writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(minute.Value)));
        });
    }

    /// <summary>Adds what was written.</summary>
    /// <param name="reader">Reads it.</param>
    /// <param name="numbers">The numbers of the photos here by those there.</param>
    /// <param name="isKept">Which minutes to add.</param>
    public void Read(ref StateReader reader, int?[] numbers, Func<long, bool> isKept)
    {
        var halvings = reader.ReadInt();
        var (isSomeKept, isAllKept) = (false, true);
        for (var minutes = reader.ReadInt(); minutes > 0; minutes--)
        {
            var minute = reader.ReadLong();
            var entries = MemoryMarshal.Cast<byte, ulong>(reader.ReadBytes(checked(reader.ReadInt() * sizeof(ulong))));
            if (!isKept(minute))
            {
                isAllKept = false;
                continue;
            }

            isSomeKept = true;
            while (_halvings < halvings)
            {
                Halve();
            }

            Add(minute, entries, numbers);
        }

        _uncertain = Math.Max(_uncertain, isSomeKept && !isAllKept ? halvings : 0);
    }

    /// <summary>How many different users viewed a photo in a range of minutes.</summary>
    public long CountViewers(MinuteRange range)
    {
        if (!_viewers.TryGetValue(range, out var count))
        {
            if (_viewers.Count > 16)
            {
                _viewers.Clear();
            }

            _viewers[range] = count = Count(range, isLike: false, _ => true);
        }

        return count;
    }

    /// <summary>How many different users viewed or liked some photos in a range of minutes.</summary>
    public long Count(MinuteRange range, bool isLike, Func<int, bool> ofPhotos)
    {
        var users = new HashSet<ScatteredKey>();
        foreach (var (_, entries) in Settled()._minutes.Where(minute => range.Contains(minute.Key)))
        {
            foreach (var entry in entries)
            {
                if ((entry & 1) == (isLike ? 1UL : 0) && ofPhotos(PhotoOf(entry)))
                {
                    users.Add(new ScatteredKey(entry >> UserShift));
                }
            }
        }

        return (long)users.Count << _halvings;
    }

    private static ulong Renumber(ulong entry, int?[] numbers)
    {
        var photo = PhotoOf(entry) is var number and not NoPhoto ? numbers[number] : null;
        return (entry & ~((ulong)NoPhoto << 1)) | ((ulong)(uint)(photo ?? NoPhoto) << 1);
    }

    private static int PhotoOf(ulong entry) => (int)(entry >> 1) & NoPhoto;

    private void Add(long minute, ReadOnlySpan<ulong> entries, int?[] numbers)
    {
        var mine = EntriesOf(minute);
        foreach (var entry in entries)
        {
            Add(mine, Renumber(entry, numbers));
        }
    }

    /// <summary>The entries of a minute, for more to be added.</summary>
    private List<ulong> EntriesOf(long minute)
    {
        // Nearly always it is the newest minute, which no known count of earlier ones holds.
        if (_viewers.Keys.Any(range => range.Contains(minute)))
        {
            _viewers.Clear();
        }

        ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(_minutes, minute, out _);
        return entries ??= [];
    }

    private void Add(List<ulong> entries, ulong entry)
    {
        if (IsSampled(entry))
        {
            entries.Add(entry);
            if (++_entries >= 2 * MaxEntries)
            {
                Settled();
            }
        }
    }

    private bool IsSampled(ulong entry) => ((entry >> UserShift) & ((1UL << _halvings) - 1)) == 0;

    /// <summary>As if no entry had ever been in it twice.</summary>
    private UserSample Settled()
    {
        if (_entries > MaxEntries)
        {
            RemoveDuplicates();
            while (_entries > MaxEntries && _halvings < 64 - UserShift)
            {
                Halve();
            }
        }

        return this;
    }

    private void RemoveDuplicates()
    {
        _entries = 0;
        foreach (var entries in _minutes.Values)
        {
            entries.Sort();
            var sorted = CollectionsMarshal.AsSpan(entries);
            var count = 0;
            foreach (var entry in sorted)
            {
                if (count == 0 || entry != sorted[count - 1])
                {
                    sorted[count++] = entry;
                }
            }

            CollectionsMarshal.SetCount(entries, count);
            _entries += count;
        }
    }

    private void Halve()
    {
        _halvings++;
        _viewers.Clear();
        _entries = 0;
        foreach (var entries in _minutes.Values)
        {
            entries.RemoveAll(entry => !IsSampled(entry));
            entries.TrimExcess();
            _entries += entries.Count;
        }
    }
}
