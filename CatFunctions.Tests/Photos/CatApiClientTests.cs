using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace CatFunctions.Tests.Photos;

public sealed class CatApiClientTests : IDisposable
{
    private const string Key = "live_TheKeyNobodyMaySee";
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 30, 0, TimeSpan.Zero);
    private static readonly RequestDelegate TenPhotos = FakeCatApi.File("images-search.json");

    private readonly WatchedTimeProvider _clock = new(Start);
    private readonly ConcurrentQueue<TimeSpan> _pauses = [];
    private readonly FakeLogCollector _log = FakeLogCollector.Create(new FakeLogCollectorOptions());
    private readonly List<ServiceProvider> _services = [];

    public CatApiClientTests() =>
        _clock.Waiting = time =>
        {
            if (time != CatApiClient.AttemptTimeout)
            {
                _pauses.Enqueue(time);
                _clock.Advance(time);
            }
        };

    public void Dispose() => _services.ForEach(services => services.Dispose());

    [Fact]
    public async Task The_photos_of_an_answer_are_read()
    {
        await using var api = await FakeCatApi.StartAsync(TenPhotos);

        var photos = await FetchAsync(api.Address);

        photos.Select(photo => photo.Id).ShouldBe(
            ["P2iOJ4i15", "ki", "50o", "9os", "MTU1NzgzOQ", "MjA4NjA3Nw", "1hd", "ebv", "37g", "E8dL1Pqpz"]);
        photos[0].ShouldBe(new("P2iOJ4i15", "https://cdn2.thecatapi.com/images/P2iOJ4i15.jpg", null, 1280, 720));
        photos[8].Url.ShouldBe("https://cdn2.thecatapi.com/images/37g.jpg");
        photos[9].ShouldBe(new("E8dL1Pqpz", "https://cdn2.thecatapi.com/images/E8dL1Pqpz.jpg"));
        _log.Lines().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_breed_is_read_when_it_is_given()
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.File("images-search-with-breed.json"));

        var photos = await FetchAsync(api.Address);

        photos.ShouldBe(
            [new("0XYvRd7oD", "https://cdn2.thecatapi.com/images/0XYvRd7oD.jpg", "Abyssinian", 1204, 1445)]);
    }

    [Fact]
    public async Task The_request_names_the_client_and_carries_no_key_when_there_is_none()
    {
        await using var api = await FakeCatApi.StartAsync(TenPhotos);

        await FetchAsync(api.Address, apiKey: "");

        var headers = api.Requests.ShouldHaveSingleItem().Headers;
        headers["User-Agent"].ShouldMatch(@"^catfunctions/\d+\.\d+\.\d+$");
        headers["Accept"].ShouldBe("application/json");
        headers.Keys.ShouldNotContain("x-api-key");
    }

    [Fact]
    public async Task The_key_is_sent_in_its_header()
    {
        await using var api = await FakeCatApi.StartAsync(TenPhotos);

        await FetchAsync(api.Address, apiKey: Key);

        api.Requests.ShouldHaveSingleItem().Headers["x-api-key"].ShouldBe(Key);
    }

    [Theory]
    [InlineData("", 10, "/v1/images/search?limit=10")]
    [InlineData("", 25, "/v1/images/search?limit=25")]
    [InlineData("/", 10, "/v1/images/search?limit=10")]
    [InlineData("/cats", 10, "/cats/v1/images/search?limit=10")]
    [InlineData("/cats/", 10, "/cats/v1/images/search?limit=10")]
    public async Task The_search_is_relative_to_the_base_address_with_or_without_its_slash_and_asks_for_the_limit(string path, int limit, string expected)
    {
        await using var api = await FakeCatApi.StartAsync(TenPhotos);

        await FetchAsync(api.Address + path, limit: limit);

        api.Requests.ShouldHaveSingleItem().PathAndQuery.ShouldBe(expected);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_passing_failure_is_asked_again_with_growing_pauses(int status)
    {
        var failure = FakeCatApi.Status(status);
        await using var api = await FakeCatApi.StartAsync(failure, failure, failure, TenPhotos);

        var photos = await FetchAsync(api.Address);

        photos.Count.ShouldBe(10);
        api.Requests.Count.ShouldBe(4);
        _pauses.Count.ShouldBe(3);
        _pauses.ShouldAllBe(pause => pause > TimeSpan.Zero);
        _pauses.Aggregate((sum, pause) => sum + pause).ShouldBeLessThan(GalleryRefresher.FirstPhotosTimeout);
    }

    [Theory]
    [InlineData(408, "It will be asked again automatically.")]
    [InlineData(429, "A key in CatApi:ApiKey has a quota of its own.")]
    [InlineData(500, "It will be asked again automatically.")]
    [InlineData(503, "It will be asked again automatically.")]
    public async Task A_lasting_failure_is_given_up_after_four_attempts(int status, string whatToDo)
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Status(status));

        var error = await FailAsync(api.Address);

        api.Requests.Count.ShouldBe(4);
        error.Message.ShouldContain($"TheCatAPI answered {status} ");
        error.Message.ShouldEndWith(whatToDo);
        _log.Lines().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(401, Key, "Correct CatApi:ApiKey, or remove it to go without one.")]
    [InlineData(403, Key, "Correct CatApi:ApiKey, or remove it to go without one.")]
    [InlineData(401, null, "Set CatApi:ApiKey to a key from https://thecatapi.com/.")]
    [InlineData(400, null, "Check CatApi:BaseAddress")]
    [InlineData(404, null, "Check CatApi:BaseAddress")]
    public async Task A_refusal_is_not_asked_again(int status, string? apiKey, string whatToDo)
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Html(status), TenPhotos);

        var error = await FailAsync(api.Address, apiKey);

        api.Requests.Count.ShouldBe(1);
        error.Message.ShouldContain($"TheCatAPI answered {status} ");
        error.Message.ShouldContain($"{api.Address}/v1/images/search");
        error.Message.ShouldContain(whatToDo);
    }

    [Fact]
    public async Task A_redirection_is_not_followed_so_that_the_key_goes_nowhere_else()
    {
        await using var elsewhere = await FakeCatApi.StartAsync(TenPhotos);
        await using var api = await FakeCatApi.StartAsync(context =>
        {
            context.Response.Redirect(elsewhere.Address);
            return Task.CompletedTask;
        });

        var error = await FailAsync(api.Address, Key);

        elsewhere.Requests.ShouldBeEmpty();
        error.Message.ShouldContain("302 Found");
    }

    [Theory]
    [InlineData(429, "30", 30)]
    [InlineData(503, "30", 30)]
    [InlineData(429, "Sun, 22 Nov 2026 07:30:17 GMT", 17)]
    public async Task A_retry_after_in_seconds_or_as_a_date_is_honoured(int status, string retryAfter, int seconds)
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Status(status, retryAfter), TenPhotos);

        await FetchAsync(api.Address);

        _pauses.ShouldBe([TimeSpan.FromSeconds(seconds)]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("Sun, 22 Nov 2026 07:29:00 GMT")]
    public async Task A_retry_after_that_says_nothing_leaves_the_usual_pause(string retryAfter)
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Status(429, retryAfter), TenPhotos);

        await FetchAsync(api.Address);

        _pauses.ShouldHaveSingleItem().ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_retry_after_beyond_reason_is_not_waited_for_but_reported()
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Status(429, "600"), TenPhotos);

        var error = await FailAsync(api.Address);

        api.Requests.Count.ShouldBe(1);
        error.RetryAfter.ShouldBe(TimeSpan.FromMinutes(10));
        error.Message.ShouldContain("Come back at 2026-11-22 07:40:00Z.");
    }

    [Fact]
    public async Task An_attempt_that_hangs_or_stops_half_way_is_timed_out_and_asked_again()
    {
        await using var api = await FakeCatApi.StartAsync(HangAsync, HangHalfWayAsync, TenPhotos);

        var photos = await FetchAsync(api.Address);

        photos.Count.ShouldBe(10);
        api.Requests.Count.ShouldBe(3);

        async Task HangHalfWayAsync(HttpContext context)
        {
            await context.Response.WriteAsync("[{", context.RequestAborted);
            await HangAsync(context);
        }
    }

    [Fact]
    public async Task A_service_that_always_hangs_is_given_up()
    {
        await using var api = await FakeCatApi.StartAsync(HangAsync);

        var error = await FailAsync(api.Address);

        error.Message.ShouldStartWith("TheCatAPI did not answer at ");
        error.Message.ShouldContain($"{api.Address}/v1/images/search: 4 attempts of 10 s.");
        api.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_dropped_connection_is_asked_again()
    {
        await using var api = await FakeCatApi.StartAsync(DropAsync, TenPhotos);

        var photos = await FetchAsync(api.Address);

        photos.Count.ShouldBe(10);

        static async Task DropAsync(HttpContext context)
        {
            await context.Response.WriteAsync("[{", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_reported_with_its_address_and_the_cause()
    {
        var nobody = await FakeCatApi.AddressOfNobodyAsync();

        var error = await FailAsync(nobody);

        error.Message.ShouldBe(
            $"TheCatAPI cannot be reached at {nobody}/v1/images/search (Connection refused). "
            + "Check the network and CatApi:BaseAddress.");
        _pauses.Count.ShouldBe(3);
    }

    public static TheoryData<string, string> WrongAnswers { get; } = new()
    {
        { "{\"message\":\"sorry\"}", "answered 200 OK at ADDRESS, but its application/json content is not a JSON array. Check CatApi:BaseAddress" },
        { "[{\"id\":\"a\",", "application/json content is not a JSON array. Check CatApi:BaseAddress" },
        { "\"cats\"", "application/json content is not a JSON array. Check CatApi:BaseAddress" },
        { "null", "application/json content is not a JSON array. Check CatApi:BaseAddress" },
        { "", "application/json content is not a JSON array. Check CatApi:BaseAddress" },
        { "<html>", "text/html content is not a JSON array. Check CatApi:BaseAddress" },
        { "[]", "empty array" },
        { "[1,null,{}]", "answered with 3 photos" },
        { new string(' ', 1024 * 1024) + "[]", "more than 1048576 bytes" },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers), DisableDiscoveryEnumeration = true)]
    public async Task An_answer_without_photos_is_one_clear_error(string body, string problem)
    {
        await using var api = await FakeCatApi.StartAsync(body is "<html>" ? FakeCatApi.Html(200) : FakeCatApi.Json(body));

        var error = await FailAsync(api.Address);

        error.Message.ShouldContain(problem.Replace("ADDRESS", $"{api.Address}/v1/images/search"));
        api.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Bad_elements_are_skipped_and_counted_in_one_line()
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Json(
            """[null,7,{"id":"a","url":"https://cats.example/a.jpg"},{"id":"b"},{"url":"https://cats.example"}]"""));

        var photos = await FetchAsync(api.Address);

        photos.ShouldBe([new("a", "https://cats.example/a.jpg")]);
        _log.Lines().ShouldHaveSingleItem().ShouldStartWith("Warning: Skipped 4 of the photos from TheCatAPI");
    }

    [Fact]
    public async Task The_key_is_in_no_log_and_in_no_error()
    {
        RequestDelegate[] answers =
        [
            FakeCatApi.Status(401), FakeCatApi.Status(429, "600"), FakeCatApi.Status(404), FakeCatApi.Html(200),
            FakeCatApi.Json($$"""{"message":"{{Key}} is not a key"}"""), FakeCatApi.Json("[{}]"),
        ];
        await using var api = await FakeCatApi.StartAsync(answers);
        List<string> reported = [];

        foreach (var _ in answers)
        {
            reported.Add((await FailAsync(api.Address, Key)).ToString());
        }

        reported.Add((await FailAsync(await FakeCatApi.AddressOfNobodyAsync(), Key)).ToString());
        api.Requests.ShouldAllBe(request => request.Headers["x-api-key"] == Key);
        reported.Concat(_log.Lines()).ShouldAllBe(text => !text.Contains(Key));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_kept_waiting()
    {
        using var caller = new CancellationTokenSource();
        await using var api = await FakeCatApi.StartAsync(async context =>
        {
            await caller.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        await Should.ThrowAsync<OperationCanceledException>(
            () => Client(api.Address, apiKey: null, limit: 10).GetPhotosAsync(caller.Token));
    }

    private Task HangAsync(HttpContext context)
    {
        _clock.Advance(CatApiClient.AttemptTimeout);
        return Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private async Task<PhotoSourceException> FailAsync(string address, string? apiKey = null)
    {
        var error = await Should.ThrowAsync<PhotoSourceException>(() => FetchAsync(address, apiKey));
        error.Message.ShouldNotContain("\n");
        return error;
    }

    private Task<IReadOnlyList<CatPhoto>> FetchAsync(string address, string? apiKey = null, int limit = 10) =>
        Client(address, apiKey, limit).GetPhotosAsync(CancellationToken.None);

    private CatApiClient Client(string address, string? apiKey, int limit)
    {
        var settings = new Dictionary<string, string?>
        {
            ["CatApi:BaseAddress"] = address,
            ["CatApi:ApiKey"] = apiKey,
            ["CatApi:Limit"] = $"{limit}",
        };
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(_log)))
            .AddSingleton<TimeProvider>(_clock)
            .AddPhotos(PhotoMode.Live)
            .BuildServiceProvider();
        _services.Add(services);
        return services.GetRequiredService<CatApiClient>();
    }
}
