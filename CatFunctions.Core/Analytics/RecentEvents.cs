namespace CatFunctions.Core.Analytics;

/// <summary>The newest views and likes, by their own times, in whatever order they were added.</summary>
/// <param name="photos">What their photos are numbered by.</param>
internal sealed class RecentEvents(PhotoTable photos)
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 200;

    // Oldest first. Nearly always the next one is the newest and goes to the end.
    private readonly List<PhotoEvent> _events = [];

    /// <summary>They, newest first.</summary>
    public IReadOnlyList<PhotoEvent> NewestFirst => [.. _events.TakeLast(Kept).Reverse()];

    /// <summary>Adds those whose photo is known.</summary>
    public void Add(ReadOnlySpan<PhotoEvent> events)
    {
        // What is older than each of the last ones is not among the newest, unless they are of photos that are not known.
        var oldest = DateTimeOffset.MinValue;
        if (events.Length > Kept && !photos.IsFull)
        {
            oldest = events[^Kept].Time;
            foreach (ref readonly var one in events[^Kept..])
            {
                oldest = one.Time < oldest ? one.Time : oldest;
            }
        }

        foreach (ref readonly var one in events)
        {
            if (one.Time >= oldest && one.Photo is not null)
            {
                Add(one);
            }
        }
    }

    private void Add(in PhotoEvent one)
    {
        if (_events.Count >= Kept && CompareNewestFirst(_events[^Kept], one) < 0)
        {
            return;
        }

        var place = _events.Count;
        while (place > 0 && CompareNewestFirst(_events[place - 1], one) < 0)
        {
            place--;
        }

        _events.Insert(place, one);
        if (_events.Count == 2 * Kept)
        {
            _events.RemoveRange(0, Kept);
        }
    }

    private int CompareNewestFirst(in PhotoEvent left, in PhotoEvent right)
    {
        var order = right.Time.CompareTo(left.Time);
        order = order != 0 ? order : photos.IdOf(left.Photo!.Value).SequenceCompareTo(photos.IdOf(right.Photo!.Value));
        return order != 0 ? order : left.IsLike.CompareTo(right.IsLike);
    }
}
