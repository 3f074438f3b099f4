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

    [Theory]
    [InlineData(50_000)]
    [InlineData(150_000)]
    [InlineData(500_000)]
    public void One_that_was_written_and_read_adds_up_to_the_same(int usersOfMinute)
    {
        var (written, other) = (SampleOf(usersOfMinute, 1, 2), SampleOf(300_000, 2, 3));
        var sum = new UserSample();
        sum.Merge(other, [0], _ => true);
        Read(sum, written, _ => true);

        _sample.Merge(written, [0], _ => true);
        _sample.Merge(other, [0], _ => true);

        sum.IsCertain.ShouldBeTrue();
        sum.IsExact.ShouldBe(_sample.IsExact);
        for (var last = 1; last <= 3; last++)
        {
            sum.CountViewers(new MinuteRange(1, last)).ShouldBe(_sample.CountViewers(new MinuteRange(1, last)));
        }
    }

    [Fact]
    public void One_that_was_halved_for_minutes_that_are_gone_is_not_certain_until_others_have_halved_it_again()
    {
        Read(_sample, SampleOf(300_000, 1, 2), minute => minute > 2);
        _sample.IsExact.ShouldBeTrue();

        Read(_sample, SampleOf(300_000, 1, 2), minute => minute == 2);
        _sample.IsCertain.ShouldBeFalse();
        _sample.Merge(SampleOf(900_000, 3), [0], _ => true);
        _sample.IsCertain.ShouldBeTrue();
        _sample.Forget(3);
        _sample.IsCertain.ShouldBeFalse();
    }

    [Fact]
    public void Above_its_limit_it_estimates_the_same_whether_merged_or_not()
    {
        const int Users = 300_000;
        var (left, right) = (new UserSample(), new UserSample());
        for (var user = 0; user < Users; user++)
        {
            var name = Hash(user.ToString(CultureInfo.InvariantCulture));
            foreach (var minute in (long[])[1, 2])
            {
                var view = new PhotoEvent(user % 3, IsLike: false, default, name);
                _sample.Add(minute, [view]);
                (user % 2 == 0 ? left : right).Add(minute, [view]);
            }
        }

        left.Merge(right, [0, 1, 2], _ => true);

        _sample.IsExact.ShouldBeFalse();
        var estimate = _sample.CountViewers(new MinuteRange(1, 2));
        ((double)estimate).ShouldBe(Users, Users * 0.02);
        left.CountViewers(new MinuteRange(1, 2)).ShouldBe(estimate);
        ((double)_sample.Count(new MinuteRange(1, 2), isLike: false, photo => photo == 1)).ShouldBe(Users / 3, Users * 0.02);
    }

    private static UserSample SampleOf(int usersOfMinute, params long[] minutes)
    {
        var sample = new UserSample();
        foreach (var minute in minutes)
        {
            for (var user = 0; user < usersOfMinute; user++)
            {
                sample.Add(minute, [new PhotoEvent(0, IsLike: false, default, Hash(string.Create(CultureInfo.InvariantCulture, $"{minute}-{user}")))]);
            }
        }

        return sample;
    }

    private static void Read(UserSample sample, UserSample other, Func<long, bool> isKept)
    {
        using var content = new MemoryStream();
        using var writer = new StateWriter(content);
        other.Write(writer);
        var reader = new StateReader(content.ToArray());
        sample.Read(ref reader, [0], isKept);
    }

    private static ulong Hash(string user) => TextHash.Of(Encoding.UTF8.GetBytes(user));

    private void Add(long minute, int? photo, bool isLike, params string[] users)
    {
        _sample.Add(minute, [.. users.Select(user => new PhotoEvent(photo, isLike, default, Hash(user)))]);
    }
}
