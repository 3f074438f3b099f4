using System.Runtime.InteropServices;

namespace CatFunctions.Core.Analytics;

/// <summary>The views and likes of one minute.</summary>
internal sealed class MinuteBucket
{
    private readonly Dictionary<int, Tally> _photos = [];

    /// <summary>Of all photos together.</summary>
    public Tally Total { get; private set; }

    /// <summary>Of each photo, by its number.</summary>
    public Dictionary<int, Tally> Photos => _photos;

    /// <summary>Takes in some of a photo.</summary>
    public void Add(int photo, Tally tally)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_photos, photo, out _);
        sum += tally;
        Total += tally;
    }
}
