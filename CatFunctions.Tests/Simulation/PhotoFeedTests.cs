using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class PhotoFeedTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public void Photos_of_one_age_are_shown_in_proportion_to_their_popularity(int photos)
    {
        const int Draws = 200_000;
        var feed = new PhotoFeed(Galleries.Of(photos, Now), new Audience(seed: 1), seed: 1, Now, Now);
        var random = new SplitMix64(1);
        var counts = new int[photos];
        for (var i = 0; i < Draws; i++)
        {
            counts[feed.Next(ref random)]++;
        }

        var popularity = Enumerable.Range(0, photos).Select(i => PhotoTraits.Of($"cat-{i}", seed: 1).Popularity).ToArray();
        for (var i = 0; i < photos; i++)
        {
            var share = popularity[i] / popularity.Sum();
            var deviation = Math.Sqrt(share * (1 - share) / Draws);
            ((double)counts[i] / Draws).ShouldBe(share, tolerance: 4 * deviation + 1e-9);
        }
    }
}
