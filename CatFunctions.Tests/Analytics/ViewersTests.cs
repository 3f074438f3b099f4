namespace CatFunctions.Tests.Analytics;

public sealed class ViewersTests
{
    [Fact]
    public void Counts_are_exact_up_to_the_limit_and_estimated_above()
    {
        var viewers = new Viewers();
        for (var i = 0; i < Viewers.MaxExact; i++)
        {
            viewers.Add(User(i), minute: i % 10);
            viewers.Add(User(i), minute: 0);
        }

        viewers.IsExact.ShouldBeTrue();
        viewers.Count(0).ShouldBe(Viewers.MaxExact);
        viewers.Count(9).ShouldBe(Viewers.MaxExact / 10);

        viewers.Add(User(Viewers.MaxExact), minute: 9);

        viewers.IsExact.ShouldBeFalse();
        viewers.Count(0).ShouldBeInRange(97_500, 102_500);
        viewers.Count(9).ShouldBeInRange(9_750, 10_250);
    }

    [Theory]
    [InlineData(60_000, 30_000)]
    [InlineData(120_000, 30_000)]
    [InlineData(120_000, 110_000)]
    [InlineData(90_000, 90_000)]
    public void Merged_parts_count_as_one_whole(int left, int right)
    {
        // Every third user of the right part is one of the left part.
        var (leftPart, rightPart, whole) = (new Viewers(), new Viewers(), new Viewers());
        for (var i = 0; i < left; i++)
        {
            leftPart.Add(User(i), i % 60);
            whole.Add(User(i), i % 60);
        }

        for (var i = right - 1; i >= 0; i--)
        {
            var user = User(i % 3 == 0 ? i : left + i);
            rightPart.Add(user, i % 45);
            whole.Add(user, i % 45);
        }

        rightPart.Merge(leftPart);

        rightPart.IsExact.ShouldBe(whole.IsExact);
        foreach (var since in new[] { 0, 1, 30, 59, 60 })
        {
            rightPart.Count(since).ShouldBe(whole.Count(since));
        }
    }

    private static ulong User(int number) =>
        TextHash.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"user-{number}")));
}
