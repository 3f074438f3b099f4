using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>How many views and likes.</summary>
internal record struct Tally(long Views, long Likes)
{
    /// <summary>Likes per view; 0 without views.</summary>
    public readonly double LikeRate => Views == 0 ? 0 : (double)Likes / Views;

    public void Add(bool isLike)
    {
        if (isLike)
        {
            Likes++;
        }
        else
        {
            Views++;
        }
    }

    /// <summary>A share of it, rounded.</summary>
    public readonly Tally Part(double share) => new((long)Math.Round(Views * share), (long)Math.Round(Likes * share));

    public readonly void Write(StateWriter writer)
    {
        writer.Write7BitEncodedInt64(Views);
        writer.Write7BitEncodedInt64(Likes);
    }

    public static Tally Read(ref StateReader reader) => new(reader.ReadLong(), reader.ReadLong());

    public static Tally operator +(Tally left, Tally right) => new(left.Views + right.Views, left.Likes + right.Likes);
}

/// <summary>Event time in whole minutes, counted from the year 1: the resolution of all that is kept.</summary>
internal static class Minutes
{
    /// <summary>
    /// How many are kept minute by minute: the longest range that can be asked for, and the period before it. A range of 24 hours touches
    /// one minute more when it does not begin with one.
    /// </summary>
    public const int Kept = 2 * ((24 * PerHour) + 1);

    public const int PerHour = 60;

    /// <summary>The minute that a time belongs to.</summary>
    public static long Of(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMinute;

    /// <summary>Its first moment, in UTC.</summary>
    public static DateTime StartOf(long minute) => new(minute * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
}

/// <summary>Minutes that follow one another, the first and the last of which may be in it in part.</summary>
/// <param name="First">The first one; null: from the beginning of the log.</param>
/// <param name="Last">The last one.</param>
/// <param name="Skipped">How many seconds of the first one are before the range.</param>
/// <param name="Counted">How many seconds of the last one are in the range.</param>
internal readonly record struct MinuteRange(long? First, long Last, int Skipped = 0, int Counted = 60)
{
    /// <summary>How long it is, in minutes, if the current one counts whole; null if it is not known when it begins.</summary>
    public int? Length => (int?)(Last - First + (Skipped == 0 ? 1 : 0));

    /// <summary>The range of the same length just before.</summary>
    public MinuteRange? Previous => First is not { } first ? null
        : Skipped == 0 ? new MinuteRange(first - Length, first - 1)
        : new MinuteRange(first - Length, first, Skipped, Skipped);

    /// <summary>Its first moment, in UTC; null if that is not known.</summary>
    public DateTime? Start => First is { } first ? Minutes.StartOf(first).AddSeconds(Skipped) : null;

    /// <summary>Its end, exclusive, in UTC.</summary>
    public DateTime End => Minutes.StartOf(Last).AddSeconds(Counted);

    /// <summary>
    /// What of the sums of a minute counts for it. The seconds of an event are not kept, so of a minute that is in it in part
    /// the same share counts: a window then slides, and does not fall by a minute's events whenever a minute begins.
    /// </summary>
    public Tally PartOf(long minute, Tally tally) =>
        minute == First && Skipped > 0 ? tally.Part((60 - Skipped) / 60.0)
        : minute == Last && Counted < 60 ? tally.Part(Counted / 60.0)
        : tally;

    public bool Contains(long minute) => minute <= Last && !(minute < First);
}

/// <summary>The views and likes of one minute.</summary>
internal sealed class MinuteBucket
{
    /// <summary>Of each photo, by its number.</summary>
    public Dictionary<int, Tally> Photos { get; } = [];

    /// <summary>Of the photos that are not counted one by one.</summary>
    public Tally Others;

    /// <summary>Of all photos together.</summary>
    public Tally Total;
}
