using System.Diagnostics;
using System.Net;

namespace CatFunctions.Tests.Dashboard;

public sealed class AnalyticsApiTests : DashboardHostTest
{
    [Fact]
    public async Task Who_waits_is_answered_as_soon_as_something_is_recorded()
    {
        await RecordAsync(TestEvent.Views("luna", 3));
        var tag = await TagAsync("api/analytics");
        var next = Host.Http.GetAsync($"api/analytics?after={tag}&wait=25");
        var others = Enumerable.Range(0, 20).Select(_ => Host.Http.GetAsync($"api/analytics?window=15m&after={tag}&wait=25")).ToArray();
        (await Task.WhenAny(others)).Status.ShouldBe(TaskStatus.RanToCompletion);

        await RecordAsync(TestEvent.Views("luna", 1));

        using var answer = await next;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ReadJsonAsync(answer)).GetProperty("totals").GetProperty("views").GetInt32().ShouldBe(4);
        foreach (var other in await Task.WhenAll(others))
        {
            other.StatusCode.ShouldBe(HttpStatusCode.OK);
            other.Dispose();
        }
    }

    [Fact]
    public async Task Who_waits_for_nothing_new_is_told_so_when_the_wait_is_over()
    {
        await RecordAsync(TestEvent.Views("luna", 3));
        var tag = await TagAsync("api/analytics");

        foreach (var wait in (string[])["", "&wait=1"])
        {
            var watch = Stopwatch.StartNew();
            using var answer = await Host.Http.GetAsync($"api/analytics?after={tag}{wait}");

            answer.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            answer.Headers.ETag!.Tag.ShouldBe($"\"{tag}\"");
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
            watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(wait is "" ? 0 : 0.9));
        }

        using var another = await Host.Http.GetAsync("api/analytics?after=another&wait=25");
        another.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_those_who_wait()
    {
        await RecordAsync(TestEvent.Views("luna", 3));
        var tag = await TagAsync("api/analytics");
        var before = Host.Requests;
        var waiting = Host.Http.GetAsync($"api/analytics?after={tag}&wait=25");
        await Eventually.IsTrueAsync(() => Host.Requests > before);

        await Host.StopAsync();

        using var answer = await waiting;
        answer.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Photos_are_listed_sorted_searched_and_page_by_page()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 3), .. TestEvent.Views("ember", 2), .. TestEvent.Views("miso", 1).Select(one => one with { Breed = "Birman" }),
            new(Photo: "sample-ember", Url: "sample:ember", IsLike: true)]);

        async Task<string> IdsAsync(string query)
        {
            var list = await GetJsonAsync($"api/photos?{query}");
            var ids = list.GetProperty("photos").EnumerateArray().Select(photo => photo.GetProperty("photoId").GetString());
            return $"{list.GetProperty("total")}: {string.Join(' ', ids)}";
        }

        (await IdsAsync("")).ShouldBe("3: sample-luna sample-ember sample-miso");
        (await IdsAsync("sort=likes&top=1")).ShouldBe("3: sample-ember");
        (await IdsAsync("sort=rate&skip=1")).ShouldBe("3: sample-luna sample-miso");
        (await IdsAsync("sort=name")).ShouldBe("3: sample-ember sample-luna sample-miso");
        (await IdsAsync("sort=trend&skip=3")).ShouldBe("3: ");
        (await IdsAsync("search=MIS")).ShouldBe("1: sample-miso");
        (await IdsAsync("search=birm")).ShouldBe("1: sample-miso");
        (await IdsAsync("breed=Birman&window=all")).ShouldBe("1: sample-miso");
        (await IdsAsync("search=nobody")).ShouldBe("0: ");
    }

    [Fact]
    public async Task A_photo_is_told_with_its_viewers_its_rank_and_its_time()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 3), .. TestEvent.Views("luna", 2, TimeSpan.FromMinutes(40)), .. TestEvent.Views("ember", 4),
            new(Photo: "sample-luna", Url: "sample:luna", IsLike: true)]);

        var photo = await GetJsonAsync("api/photos/sample-luna?window=15m");

        photo.GetProperty("photoUrl").GetString().ShouldBe("sample:luna");
        (Of("views"), Of("likes"), Of("viewers"), Of("rank"), Of("of"), Of("allViews"), Of("allLikes")).ShouldBe((3, 1, 3, 2, 2, 5, 1));
        photo.GetProperty("viewersExact").GetBoolean().ShouldBeTrue();
        var buckets = photo.GetProperty("timeline").GetProperty("buckets").EnumerateArray().ToArray();
        buckets.Length.ShouldBe(16);
        buckets[^1].GetProperty("rank").GetInt32().ShouldBe(2);
        buckets[0].GetProperty("rank").ValueKind.ShouldBe(JsonValueKind.Null);
        (await GetJsonAsync("api/photos/sample-luna?window=all")).GetProperty("viewers").GetInt32().ShouldBe(3);

        int Of(string name) => photo.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("a/b c?&#é", "a%2Fb%20c%3F%26%23%C3%A9")]
    [InlineData("...", "...")]
    public async Task A_photo_is_found_whatever_its_id_holds(string id, string escaped)
    {
        await RecordAsync([new TestEvent(Photo: id)]);

        (await GetJsonAsync($"api/photos/{escaped}")).GetProperty("photoId").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task A_photo_that_is_not_in_the_log_is_not_found()
    {
        using var answer = await Host.Http.GetAsync("api/photos/nobody");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await ReadJsonAsync(answer)).GetProperty("detail").GetString().ShouldBe("No event in the log is about the photo 'nobody'.");
    }

    [Fact]
    public async Task A_race_adds_up_the_views_of_each_step()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 3), .. TestEvent.Views("luna", 2, TimeSpan.FromMinutes(2)), .. TestEvent.Views("ember", 4, TimeSpan.FromMinutes(3))]);

        var race = await GetJsonAsync("api/race?from=2026-11-22T07:26:00Z&to=2026-11-22T07:31:00Z&top=2");

        race.GetProperty("stepSeconds").GetInt32().ShouldBe(60);
        race.GetProperty("photos").EnumerateArray()
            .Select(photo => $"{photo.GetProperty("photoId")} {photo.GetProperty("views")}")
            .ShouldBe(["sample-luna [0,0,2,2,5]", "sample-ember [0,4,4,4,4]"]);
        using var open = await Host.Http.GetAsync("api/race");
        open.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_shown_can_be_had_as_csv_in_which_no_text_is_a_formula()
    {
        await RecordAsync([
            new(Photo: "=1+1", Breed: "a, \"b\"", Url: "https://cats.example/a.jpg"), new(Photo: "=1+1", Breed: "a, \"b\"", Url: "https://cats.example/a.jpg"),
            new(Photo: "-cat\r\n", Breed: null, Url: "https://cats.example/b.jpg")]);

        using var photos = await Host.Http.GetAsync("api/photos?format=csv");
        photos.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8; header=present");
        (await photos.Content.ReadAsStringAsync()).ShouldBe(
            "photoId,breed,views,likes,likeRate,likeRateLow,likeRateHigh,photoUrl\r\n"
            + "'=1+1,\"a, \"\"b\"\"\",2,0,0,0,0.6576197724933469,https://cats.example/a.jpg\r\n"
            + "\"'-cat\r\n\",,1,0,0,0,0.7934506856227626,https://cats.example/b.jpg\r\n");

        var timeline = (await Host.Http.GetStringAsync("api/analytics?window=15m&format=csv")).Split("\r\n");
        timeline.Length.ShouldBe(18);
        timeline[0].ShouldBe("start,views,likes,previousViews");
        timeline[16].ShouldBe("2026-11-22T07:30:00Z,3,0,");
    }

    private async Task RecordAsync(params IEnumerable<TestEvent> events)
    {
        await Host.RecordAsync(events);
        Clock.Advance(LogFollower.ListInterval);
    }

    private async Task<string> TagAsync(string path)
    {
        using var answer = await Host.Http.GetAsync(path);
        return answer.Headers.ETag!.Tag.Trim('"');
    }
}
