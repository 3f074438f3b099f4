using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>How many views and likes.</summary>
internal record struct Tally(long Views, long Likes)
{
    /// <summary>Likes per view; 0 without views.</summary>
    public readonly double LikeRate => Views == 0 ? 0 : (double)Likes / Views;

    /// <summary>Whether there is nothing to count.</summary>
    public readonly bool IsZero => Views == 0 && Likes == 0;

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

    public readonly void Write(StateWriter writer)
    {
        writer.Write7BitEncodedInt64(Views);
        writer.Write7BitEncodedInt64(Likes);
    }

    public static Tally Read(ref StateReader reader) => new(reader.ReadLong(), reader.ReadLong());

    public static Tally operator +(Tally left, Tally right) => new(left.Views + right.Views, left.Likes + right.Likes);
}

/// <summary>Event time in whole minutes, counted from the year 1: the resolution of all windows.</summary>
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

/// <summary>Minutes that follow one another.</summary>
/// <param name="First">The first one; null: from the beginning of the log.</param>
/// <param name="Last">The last one.</param>
internal readonly record struct MinuteRange(long? First, long Last)
{
    /// <summary>How many they are; null if it is not known when they begin.</summary>
    public int? Length => (int?)(Last - First + 1);

    /// <summary>As many minutes just before.</summary>
    public MinuteRange? Previous => First is { } first ? new MinuteRange(first - Length, first - 1) : null;

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
