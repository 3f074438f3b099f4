using System.Runtime.InteropServices;
using System.Text;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>What happened in a range of minutes, to all photos or to those of one breed.</summary>
internal sealed class AnalyticsScope(AnalyticsState analytics, MinuteRange range, string? breed = null)
{
    // Of a breed that there is not, no photo is.
    private readonly int? _breed = breed is null ? null : analytics.Photos.FindBreed(Encoding.UTF8.GetBytes(breed)) ?? -1;

    public AnalyticsState Analytics => analytics;

    public MinuteRange Range => range;

    public PhotoTable Photos => analytics.Photos;

    /// <summary>Whether it is about one breed.</summary>
    public bool IsOfBreed => _breed is not null;

    /// <summary>The first minute of it of which single photos and users are known.</summary>
    public long FirstKept => Math.Max(range.First ?? 0, analytics.Now - Minutes.Kept + 1);

    /// <summary>The same in the period of the same length just before; null for the whole log.</summary>
    public AnalyticsScope? Previous() =>
        range.Previous is { } previous ? new AnalyticsScope(analytics, previous, breed) : null;

    public bool Includes(int photo) => _breed is null || analytics.Photos[photo].Breed == _breed;

    /// <summary>The sum over what is in the range of one of its minutes.</summary>
    public Tally TallyOf(long minute)
    {
        if (analytics.MinuteOf(minute) is not { } bucket)
        {
            return default;
        }

        if (_breed is null)
        {
            return range.PartOf(minute, bucket.Total);
        }

        var sum = default(Tally);
        foreach (var (photo, tally) in bucket.Photos)
        {
            sum += Includes(photo) ? tally : default;
        }

        return range.PartOf(minute, sum);
    }

    /// <summary>The sum over all of it.</summary>
    public Tally Sum()
    {
        var sum = default(Tally);
        if (range.First is not { } first)
        {
            if (_breed is null)
            {
                return analytics.Total;
            }

            foreach (var standing in Standings())
            {
                sum += standing.Tally;
            }

            return sum;
        }

        for (var minute = first; minute <= range.Last; minute++)
        {
            sum += TallyOf(minute);
        }

        return sum;
    }

    /// <summary>The photos that were viewed or liked, in no order.</summary>
    public List<Standing> Standings()
    {
        if (range.First is not { } first)
        {
            return [.. Enumerable.Range(0, analytics.Photos.Count).Where(Includes)
                .Select(photo => new Standing(photo, analytics.Photos[photo].Total))];
        }

        var sums = new Dictionary<int, Tally>();
        for (var minute = first; minute <= range.Last; minute++)
        {
            Add(minute, sums);
        }

        return [.. sums.Select(sum => new Standing(sum.Key, sum.Value))];
    }

    /// <summary>Adds the views and likes of one of its minutes to the sums of its photos.</summary>
    public void Add(long minute, Dictionary<int, Tally> sums)
    {
        foreach (var (photo, tally) in analytics.MinuteOf(minute)?.Photos ?? [])
        {
            if (Includes(photo))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(sums, photo, out _) += range.PartOf(minute, tally);
            }
        }
    }

    /// <summary>How many different users viewed a photo, and whether that is counted, not estimated.</summary>
    public (long Count, bool IsExact) Viewers() => !IsOfBreed && range.Last == analytics.Now
        ? (Count(analytics.Viewers), analytics.Viewers.IsExact)
        : (IsOfBreed ? Count(isLike: false, IncludesKnown) : Count(analytics.Users.CountViewers), analytics.Users.IsExact);

    /// <summary>How many different users liked a photo.</summary>
    public long Likers() => !IsOfBreed && range.Last == analytics.Now
        ? Count(analytics.Likers)
        : Count(isLike: true, IncludesKnown);

    /// <summary>How many different users viewed or liked some photos.</summary>
    public long Count(bool isLike, Func<int, bool> ofPhotos) => Count(minutes => analytics.Users.Count(minutes, isLike, ofPhotos));

    /// <summary>How many of some users were seen since it began.</summary>
    private long Count(Viewers users) => Count(minutes => users.Count(range.First is null ? 0 : (int)minutes.First!));

    /// <summary>What is between the counts of whole minutes before and after it began, as <see cref="MinuteRange.PartOf"/> is.</summary>
    private long Count(Func<MinuteRange, long> of)
    {
        var later = new MinuteRange(range.Skipped == 0 ? FirstKept : FirstKept + 1, range.Last);
        if (range.Skipped == 0)
        {
            return of(later);
        }

        var earlier = new MinuteRange(FirstKept, range.Counted < 60 ? range.Last - 1 : range.Last);
        return (long)Math.Round(((of(earlier) * (60 - range.Skipped)) + (of(later) * range.Skipped)) / 60.0);
    }

    private bool IncludesKnown(int photo) => !IsOfBreed || (photo >= 0 && Includes(photo));
}

/// <summary>The views and likes of a photo.</summary>
internal readonly record struct Standing(int Photo, Tally Tally);
