namespace CatFunctions.Core.Analytics;

/// <summary>The newest views and likes, by their own times, in whatever order they were added.</summary>
/// <param name="photos">What their photos are numbered by.</param>
internal sealed class RecentEvents(PhotoTable photos)
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 200;

    // Sorted now and then, so that adding one is cheap.
    private readonly List<RecentEntry> _events = [];
    private DateTimeOffset _oldest;

    /// <summary>They, newest first.</summary>
    public IReadOnlyList<RecentEntry> NewestFirst
    {
        get
        {
            Trim();
            return _events;
        }
    }

    public void Add(RecentEntry entry)
    {
        if (entry.Time < _oldest)
        {
            return;
        }

        _events.Add(entry);
        if (_events.Count >= 4 * Kept)
        {
            Trim();
        }
    }

    private void Trim()
    {
        _events.Sort(CompareNewestFirst);
        if (_events.Count >= Kept)
        {
            _events.RemoveRange(Kept, _events.Count - Kept);
            _oldest = _events[^1].Time;
        }
    }

    private int CompareNewestFirst(RecentEntry left, RecentEntry right)
    {
        var order = right.Time.CompareTo(left.Time);
        order = order != 0 ? order : photos.IdOf(left.Photo).SequenceCompareTo(photos.IdOf(right.Photo));
        return order != 0 ? order : left.IsLike.CompareTo(right.IsLike);
    }
}

/// <summary>A view or a like, without its user.</summary>
internal readonly record struct RecentEntry(DateTimeOffset Time, int Photo, bool IsLike);
