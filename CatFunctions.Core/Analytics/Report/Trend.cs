using System.Globalization;
using System.Runtime.InteropServices;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>What is trending: photos that are viewed far more than usual, compared with what they themselves had before.</summary>
/// <remarks>
/// <para>
/// The views of the minute of the newest event and the one before are compared with those that the photo would have with the same share of
/// all views as in the <see cref="UsualMinutes"/> minutes before. So nothing rises because everything does, with the hour of the day
/// or after an outage. A photo whose first view of that time is followed by fewer than <see cref="MinUsualMinutes"/> minutes with views has no usual yet.
/// </para>
/// <para>
/// The score is how many times its usual it has: (views + k) / (usual + k), where k = <see cref="Prior"/> draws a ratio of few views towards 1,
/// as the mean of a gamma-Poisson model does: W. DuMouchel, "Bayesian Data Mining in Large Frequency Tables", The American
/// Statistician 53 (1999), p. 177–190. It must reach <see cref="MinScore"/>.
/// </para>
/// </remarks>
internal static class Trend
{
    /// <summary>The minutes that are compared: the newest one, which may have just begun, and so the one before as well.</summary>
    public const int RecentMinutes = 2;

    /// <summary>How many minutes before these tell what is usual.</summary>
    public const int UsualMinutes = 60;

    /// <summary>In how many of them a photo must have been on show.</summary>
    public const int MinUsualMinutes = 5;

    /// <summary>How many views, of an ordinary photo, weigh as much as what was counted.</summary>
    public const double Prior = 20;

    /// <summary>The lowest score of what rises.</summary>
    public const double MinScore = 1.75;

    /// <summary>The score of each photo that rises now; none until all that tells it was read.</summary>
    public static Dictionary<int, double> Scores(AnalyticsState analytics, LogCoverage log)
    {
        var newest = Minutes.Of(analytics.NewestEvent);
        return analytics.NewestEvent > default(DateTimeOffset).AddHours(2) && log.IsRead(new MinuteRange(newest - RecentMinutes - UsualMinutes + 1, newest))
            ? Scores(analytics, newest)
            : [];
    }

    /// <summary>The score of each photo that rises.</summary>
    /// <param name="analytics">What the log adds up to.</param>
    /// <param name="newest">The minute of the newest event.</param>
    public static Dictionary<int, double> Scores(AnalyticsState analytics, long newest)
    {
        var scores = new Dictionary<int, double>();
        var recent = new Dictionary<int, long>();
        long views = 0;
        for (var minute = newest - RecentMinutes + 1; minute <= newest; minute++)
        {
            views += Add(analytics.MinuteOf(minute), recent);
        }

        var usual = new Dictionary<int, Usual>();
        long before = 0;
        var minutes = 0;
        for (var minute = newest - RecentMinutes - UsualMinutes + 1; minute <= newest - RecentMinutes; minute++)
        {
            if (analytics.MinuteOf(minute) is not { Total.Views: > 0 } bucket)
            {
                continue;
            }

            foreach (var (photo, tally) in bucket.Photos)
            {
                // What is older than the photo's first view does not count as a time without views.
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(usual, photo, out var exists);
                known = exists ? known with { Views = known.Views + tally.Views } : new Usual(tally.Views, before, minutes);
            }

            before += bucket.Total.Views;
            minutes++;
        }

        foreach (var (photo, count) in recent)
        {
            if (usual.TryGetValue(photo, out var known) && minutes - known.MinutesBefore >= MinUsualMinutes)
            {
                var expected = (double)known.Views / (before - known.ViewsBefore) * views;
                if ((count + Prior) / (expected + Prior) is var score and >= MinScore)
                {
                    scores.Add(photo, score);
                }
            }
        }

        return scores;
    }

    /// <summary>The score in words, such as <c>5 × its usual</c>.</summary>
    public static string Describe(double score) =>
        string.Create(CultureInfo.InvariantCulture, $"{(score < 3 ? Math.Round(score, 1) : Math.Round(score))} × its usual");

    private static long Add(MinuteBucket? bucket, Dictionary<int, long> views)
    {
        foreach (var (photo, tally) in bucket?.Photos ?? [])
        {
            CollectionsMarshal.GetValueRefOrAddDefault(views, photo, out _) += tally.Views;
        }

        return bucket?.Total.Views ?? 0;
    }

    /// <summary>What is usual for a photo.</summary>
    /// <param name="Views">Its views.</param>
    /// <param name="ViewsBefore">All views before its first one.</param>
    /// <param name="MinutesBefore">The minutes before its first one that have views.</param>
    private readonly record struct Usual(long Views, long ViewsBefore, int MinutesBefore);
}
