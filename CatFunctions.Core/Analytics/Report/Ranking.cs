namespace CatFunctions.Core.Analytics.Report;

/// <summary>Ranks photos. The same photos are always ranked the same: no order is left to chance.</summary>
/// <param name="photos">What they are numbered by.</param>
/// <param name="scoreOf">What they are ranked by: the greater, the better.</param>
internal sealed class Ranking(PhotoTable photos, Func<Standing, double> scoreOf)
{
    public static Func<Standing, double> ByViews { get; } = photo => photo.Tally.Views;

    public static Func<Standing, double> ByLikes { get; } = photo => photo.Tally.Likes;

    public static Func<Standing, double> ByRate { get; } = photo => WilsonScore.Interval(photo.Tally.Likes, photo.Tally.Views).Low;

    /// <summary>The best photos, best first, without those whose score is 0.</summary>
    /// <param name="standings">The photos.</param>
    /// <param name="top">How many of them at most.</param>
    /// <param name="previous">The photos of the period before; null if that is not known.</param>
    public List<RankedPhoto> Best(List<Standing> standings, int top, List<Standing>? previous = null) => Top(standings, top)
        .ConvertAll(photo => Describe(photo) with { PreviousRank = previous is null ? null : RankOf(photo.Photo, previous) });

    /// <summary>The same as numbers.</summary>
    public List<Standing> Top(List<Standing> standings, int top)
    {
        // The worst of the best so far comes out first.
        var best = new PriorityQueue<Standing, Standing>(Comparer<Standing>.Create(Compare));
        foreach (var standing in standings)
        {
            if (scoreOf(standing) > 0)
            {
                if (best.Count < top)
                {
                    best.Enqueue(standing, standing);
                }
                else
                {
                    best.EnqueueDequeue(standing, standing);
                }
            }
        }

        var board = new List<Standing>(best.Count);
        while (best.TryDequeue(out var standing, out _))
        {
            board.Add(standing);
        }

        board.Reverse();
        return board;
    }

    /// <summary>The rank of a photo, from 1; null if its score is 0.</summary>
    public int? RankOf(int photo, List<Standing> standings)
    {
        var index = standings.FindIndex(standing => standing.Photo == photo);
        return index >= 0 && scoreOf(standings[index]) > 0
            ? 1 + standings.Count(other => Compare(other, standings[index]) > 0)
            : null;
    }

    /// <summary>The better one is greater: by score, views, likes, and last by the smaller id.</summary>
    public int Compare(Standing left, Standing right)
    {
        var order = scoreOf(left).CompareTo(scoreOf(right));
        order = order != 0 ? order : left.Tally.Views.CompareTo(right.Tally.Views);
        order = order != 0 ? order : left.Tally.Likes.CompareTo(right.Tally.Likes);
        return order != 0 ? order : photos.IdOf(right.Photo).SequenceCompareTo(photos.IdOf(left.Photo));
    }

    public RankedPhoto Describe(Standing standing)
    {
        var (id, url, breed) = photos.TextsOf(standing.Photo);
        return new RankedPhoto(
            id, url, breed, standing.Tally.Views, standing.Tally.Likes, standing.Tally.LikeRate, scoreOf(standing));
    }
}
