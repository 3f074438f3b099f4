namespace CatFunctions.Core.Analytics;

/// <summary>The newest views and likes, by their own times, in whatever order they were added.</summary>
/// <param name="photos">What their photos are numbered by.</param>
internal sealed class RecentEvents(PhotoTable photos)
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 200;

    // Oldest first. Nearly always the next one is the newest and goes to the end.
    private readonly List<RecentEntry> _events = [];

    /// <summary>They, newest first.</summary>
    public IReadOnlyList<RecentEntry> NewestFirst => [.. _events.TakeLast(Kept).Reverse()];

    public void Add(RecentEntry entry)
    {
        if (_events.Count >= Kept && CompareNewestFirst(_events[^Kept], entry) < 0)
        {
            return;
        }

        var place = _events.Count;
        while (place > 0 && CompareNewestFirst(_events[place - 1], entry) < 0)
        {
            place--;
        }

        _events.Insert(place, entry);
        if (_events.Count == 2 * Kept)
        {
            _events.RemoveRange(0, Kept);
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
