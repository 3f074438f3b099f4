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
    public List<RankedPhoto> Best(List<Standing> standings, int top, List<Standing>? previous = null) =>
        Describe(Top(standings, top), previous);

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
    public int? RankOf(int photo, List<Standing> standings) => RanksOf([photo], standings).GetValueOrDefault(photo);

    /// <summary>The better one is greater: by score, views, likes, and last by the smaller id.</summary>
    public int Compare(Standing left, Standing right)
    {
        var order = scoreOf(left).CompareTo(scoreOf(right));
        order = order != 0 ? order : left.Tally.Views.CompareTo(right.Tally.Views);
        order = order != 0 ? order : left.Tally.Likes.CompareTo(right.Tally.Likes);
        return order != 0 ? order : photos.IdOf(right.Photo).SequenceCompareTo(photos.IdOf(left.Photo));
    }

    /// <summary>Tells of photos, in their order.</summary>
    /// <param name="standings">The photos.</param>
    /// <param name="previous">The photos of the period before; null if their ranks then are not known.</param>
    public List<RankedPhoto> Describe(List<Standing> standings, List<Standing>? previous)
    {
        var ranks = RanksOf([.. standings.Select(standing => standing.Photo)], previous ?? []);
        return standings.ConvertAll(standing =>
        {
            var (id, url, breed) = photos.TextsOf(standing.Photo);
            var tally = standing.Tally;
            return new RankedPhoto(id, url, breed, tally.Views, tally.Likes, tally.LikeRate, scoreOf(standing))
            {
                PreviousRank = ranks.GetValueOrDefault(standing.Photo),
            };
        });
    }

    /// <summary>The ranks of some photos among all, from 1, without those whose score is 0.</summary>
    private Dictionary<int, int?> RanksOf(HashSet<int> wanted, List<Standing> standings)
    {
        var bestFirst = Comparer<Standing>.Create((left, right) => Compare(right, left));
        var found = standings.FindAll(standing => wanted.Contains(standing.Photo) && scoreOf(standing) > 0);
        found.Sort(bestFirst);

        // For each of them, how many photos are better, but not better than the one before.
        var better = new int[found.Count + 1];
        foreach (var standing in found.Count > 0 ? standings : [])
        {
            var index = found.BinarySearch(standing, bestFirst);
            better[index < 0 ? ~index : index + 1]++;
        }

        var rank = 1;
        return found.Select((standing, i) => (standing.Photo, Rank: rank += better[i])).ToDictionary(one => one.Photo, one => (int?)one.Rank);
    }
}
