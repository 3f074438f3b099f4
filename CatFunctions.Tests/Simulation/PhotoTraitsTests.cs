using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class PhotoTraitsTests
{
    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void The_hash_is_FNV_1a(string text, ulong hash) => PhotoTraits.Hash(text).ShouldBe(hash);

    [Fact]
    public void Popularity_has_a_heavy_but_bounded_tail()
    {
        var popularity = Enumerable.Range(0, 10_000)
            .Select(i => PhotoTraits.Of($"cat-{i}", seed: 0).Popularity)
            .Order()
            .ToArray();

        popularity[0].ShouldBe(1, tolerance: 0.01);
        popularity[5_000].ShouldBe(1.9, tolerance: 0.1);
        popularity[^1].ShouldBeInRange(19, 20);
    }

    [Fact]
    public void Appeal_does_not_depend_on_popularity()
    {
        var traits = Enumerable.Range(0, 10_000).Select(i => PhotoTraits.Of($"cat-{i}", seed: 0)).ToArray();

        traits.Where(photo => photo.Popularity > 5).Average(photo => photo.Appeal).ShouldBe(0.31, tolerance: 0.02);
        traits.Where(photo => photo.Popularity < 2).Average(photo => photo.Appeal).ShouldBe(0.31, tolerance: 0.02);
    }
}
