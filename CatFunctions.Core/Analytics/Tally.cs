namespace CatFunctions.Core.Analytics;

/// <summary>How many views and likes.</summary>
internal record struct Tally(long Views, long Likes)
{
    /// <summary>Likes per view; 0 without views.</summary>
    public readonly double LikeRate => Views == 0 ? 0 : (double)Likes / Views;

    /// <summary>Whether there is nothing to count.</summary>
    public readonly bool IsZero => Views == 0 && Likes == 0;

    /// <summary>Counts one more.</summary>
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

    /// <summary>Adds up two tallies.</summary>
    public static Tally operator +(Tally left, Tally right) => new(left.Views + right.Views, left.Likes + right.Likes);
}
