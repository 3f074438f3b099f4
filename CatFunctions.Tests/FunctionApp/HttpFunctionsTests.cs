using System.Net;
using CatFunctions.Tests.FunctionApp.Host;

namespace CatFunctions.Tests.FunctionApp;

public sealed partial class HttpFunctionsTests(HttpFunctionsTests.RecordedTick recorded) : IClassFixture<HttpFunctionsTests.RecordedTick>
{
    [Fact]
    public async Task The_page_and_all_that_it_loads_are_served_and_pass_the_function_key_on()
    {
        using var page = await recorded.Host.SendAsync("GetDashboard", HttpMethod.Get, "/api/dashboard?code=the%20key");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldStartWith("default-src 'none'");

        var assets = Asset().Matches(await page.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value).ToArray();
        assets.Length.ShouldBeGreaterThanOrEqualTo(3);
        foreach (var asset in assets)
        {
            asset.ShouldEndWith("?code=the%20key");
            using var response = await recorded.Host.SendAsync("GetDashboard", HttpMethod.Get, $"/api/{asset}");
            response.StatusCode.ShouldBe(HttpStatusCode.OK, asset);
            (await response.Content.ReadAsByteArrayAsync()).ShouldNotBeEmpty(asset);
        }
    }

    [Fact]
    public async Task An_asset_that_there_is_not_is_not_found()
    {
        using var response = await recorded.Host.SendAsync("GetDashboard", HttpMethod.Get, "/api/dashboard/page.exe");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_analytics_count_what_was_recorded()
    {
        using var response = await recorded.Host.SendAsync("GetAnalytics", HttpMethod.Get, "/api/analytics?window=all");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var totals = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("totals");
        (totals.GetProperty("views").GetInt32() + totals.GetProperty("likes").GetInt32()).ShouldBe(recorded.Events);
    }

    [Fact]
    public async Task A_wrong_parameter_is_answered_with_problem_details()
    {
        using var response = await recorded.Host.SendAsync("GetAnalytics", HttpMethod.Get, "/api/analytics?window=2h&top=0");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        problem.GetProperty("status").GetInt32().ShouldBe(400);
        problem.GetProperty("detail").GetString().ShouldBe(
            "window: '2h' is not one of 15m, 1h, 24h, all. top: '0' is not a whole number from 1 to 100.");
    }

    [Fact]
    public async Task Photos_a_photo_and_a_race_are_served_and_described()
    {
        async Task<JsonElement> GetAsync(string function, string path)
        {
            using var response = await recorded.Host.SendAsync(function, HttpMethod.Get, path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            return JsonElement.Parse(await response.Content.ReadAsStringAsync());
        }

        var photos = await GetAsync("GetPhotos", "/api/photos?window=all&top=1");
        var id = photos.GetProperty("photos")[0].GetProperty("photoId").GetString()!;
        (await GetAsync("GetPhoto", $"/api/photos/{Uri.EscapeDataString(id)}")).GetProperty("photoId").GetString().ShouldBe(id);
        var now = DateTime.UtcNow;
        var race = await GetAsync("GetRace", $"/api/race?from={now.AddMinutes(-10):yyyy-MM-dd'T'HH:mm:ss'Z'}&to={now:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        race.GetProperty("photos").GetArrayLength().ShouldBeGreaterThan(0);
        (await GetAsync("GetDescription", "/api/openapi.json")).GetProperty("openapi").GetString().ShouldStartWith("3.1");
    }

    [Fact]
    public async Task The_analytics_can_be_asked_for_without_their_body()
    {
        using var response = await recorded.Host.SendAsync("GetAnalytics", HttpMethod.Head, "/api/analytics");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.ETag.ShouldNotBeNull();
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [GeneratedRegex(@"(?:href|src)=""(dashboard/[^""]+)""")]
    private static partial Regex Asset();

    /// <summary>A function app that has recorded the events of one tick.</summary>
    public sealed class RecordedTick : IAsyncLifetime
    {
        internal FunctionsHost Host { get; private set; } = null!;

        public int Events { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Host = await FunctionsHost.StartAsync();
            var messages = KafkaExtension.ToMessages(await Host.FireTimerAsync("ProduceCatEvents", due: null));
            await Host.InvokeAsync("RecordCatEvents", KafkaExtension.ToBatch(messages));
            Events = messages.Length;
        }

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
