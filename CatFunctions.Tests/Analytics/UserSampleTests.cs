using System.Globalization;
using System.Text;
using CatFunctions.Core.Analytics;

namespace CatFunctions.Tests.Analytics;

public sealed class UserSampleTests
{
    private readonly UserSample _sample = new();

    [Fact]
    public void Users_are_counted_by_minute_by_photo_and_by_what_they_did()
    {
        Add(1, 7, false, "a", "b", "b");
        Add(2, 7, false, "b", "c");
        Add(2, 8, false, "d");
        Add(2, 8, true, "a");
        Add(3, null, false, "e");

        _sample.IsExact.ShouldBeTrue();
        _sample.CountViewers(new MinuteRange(1, 2)).ShouldBe(4);
        _sample.CountViewers(new MinuteRange(1, 3)).ShouldBe(5);
        _sample.Count(new MinuteRange(1, 3), isLike: false, photo => photo == 7).ShouldBe(3);
        _sample.Count(new MinuteRange(2, 2), isLike: true, photo => photo == 8).ShouldBe(1);
    }

    [Fact]
    public void A_count_that_was_asked_for_before_takes_in_what_came_late()
    {
        Add(1, 7, false, "a");
        _sample.CountViewers(new MinuteRange(1, 2)).ShouldBe(1);

        Add(1, 7, false, "b");

        _sample.CountViewers(new MinuteRange(1, 2)).ShouldBe(2);
        _sample.Forget(1);
        _sample.Count(new MinuteRange(1, 2), isLike: false, _ => true).ShouldBe(0);
    }

    [Fact]
    public void Above_its_limit_it_estimates_the_same_whether_merged_or_not()
    {
        const int Users = 300_000;
        var (left, right) = (new UserSample(), new UserSample());
        for (var user = 0; user < Users; user++)
        {
            var name = Encoding.UTF8.GetBytes(user.ToString(CultureInfo.InvariantCulture));
            foreach (var minute in (long[])[1, 2])
            {
                _sample.Add(minute, user % 3, isLike: false, name);
                (user % 2 == 0 ? left : right).Add(minute, user % 3, isLike: false, name);
            }
        }

        left.Merge(right, [0, 1, 2], _ => true);

        _sample.IsExact.ShouldBeFalse();
        var estimate = _sample.CountViewers(new MinuteRange(1, 2));
        ((double)estimate).ShouldBe(Users, Users * 0.02);
        left.CountViewers(new MinuteRange(1, 2)).ShouldBe(estimate);
        ((double)_sample.Count(new MinuteRange(1, 2), isLike: false, photo => photo == 1)).ShouldBe(Users / 3, Users * 0.02);
    }

    private void Add(long minute, int? photo, bool isLike, params string[] users)
    {
        foreach (var user in users)
        {
            _sample.Add(minute, photo, isLike, Encoding.UTF8.GetBytes(user));
        }
    }
}
