using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using CatFunctions.Core.Dashboard;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Dashboard;

public sealed class DashboardEndpointTests : DashboardHostTest
{
    [Fact]
    public async Task The_analytics_count_what_is_in_the_log()
    {
        await Host.RecordAsync([
            .. TestEvent.Views("luna", 3), new(Photo: "sample-luna", Url: "sample:luna", IsLike: true), .. TestEvent.Views("ember", 2, TimeSpan.FromMinutes(30))]);

        var hour = await GetJsonAsync("api/analytics");
        hour.GetProperty("window").GetString().ShouldBe("1h");
        hour.GetProperty("totals").GetProperty("views").GetInt64().ShouldBe(5);
        hour.GetProperty("totals").GetProperty("likes").GetInt64().ShouldBe(1);
        hour.GetProperty("leaderboards").GetProperty("mostViewed").GetArrayLength().ShouldBe(2);

        var quarter = await GetJsonAsync("api/analytics?window=15m&top=1");
        quarter.GetProperty("window").GetString().ShouldBe("15m");
        quarter.GetProperty("totals").GetProperty("views").GetInt64().ShouldBe(3);
        (await GetJsonAsync("api/analytics?top=1")).GetProperty("leaderboards").GetProperty("mostViewed").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("window=2h", "window", "'2h' is not one of 15m, 1h, 24h, all.")]
    [InlineData("window=", "window", "'' is not one of 15m, 1h, 24h, all.")]
    [InlineData("window=1H", "window", "'1H' is not one of 15m, 1h, 24h, all.")]
    [InlineData("window=1h&window=1h", "window", "'1h,1h' is not one of 15m, 1h, 24h, all.")]
    [InlineData("top=0", "top", "'0' is not a whole number from 1 to 100.")]
    [InlineData("top=101", "top", "'101' is not a whole number from 1 to 100.")]
    [InlineData("top=-1", "top", "'-1' is not a whole number from 1 to 100.")]
    [InlineData("top=1.5", "top", "'1.5' is not a whole number from 1 to 100.")]
    [InlineData("top=99999999999", "top", "'99999999999' is not a whole number from 1 to 100.")]
    [InlineData("wait=26", "wait", "'26' is not a whole number from 0 to 25.")]
    [InlineData("format=xml", "format", "'xml' is not one of json, csv.")]
    [InlineData("breed=", "breed", "'' is not a text of 1 to 256 bytes.")]
    [InlineData("windw=1h", "windw", "'windw' is not a parameter; these are: window, from, to, top, breed, after, wait, format.")]
    [InlineData("from=2026-11-22T07:00:00Z&to=7", "to", "'7' is not an RFC 3339 time, such as 2026-11-22T07:30:00Z.")]
    [InlineData("from=2026-11-22T07:00:00Z", "to", "'' is not an RFC 3339 time, such as 2026-11-22T07:30:00Z.")]
    [InlineData("from=2026-11-22T07:00:00Z&to=2026-11-22T07:00:00Z", "to", "'2026-11-22T07:00:00Z' is not later than from.")]
    [InlineData("from=2026-11-21T07:00:00Z&to=2026-11-22T07:00:01Z", "to", "'2026-11-22T07:00:01Z' is more than 24 hours later than from.")]
    [InlineData("from=2026-11-22T07:31:00Z&to=2026-11-22T07:32:00Z", "from", "'2026-11-22T07:31:00Z' is later than now.")]
    [InlineData("window=1h&from=2026-11-22T07:00:00Z&to=2026-11-22T07:30:00Z", "window", "'1h' cannot be combined with from and to.")]
    public async Task A_wrong_parameter_is_answered_with_the_allowed_values(string query, string parameter, string message)
    {
        using var response = await Host.Http.GetAsync($"api/analytics?{query}");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await ReadJsonAsync(response);
        problem.GetProperty("status").GetInt32().ShouldBe(400);
        problem.GetProperty("detail").GetString().ShouldBe($"{parameter}: {message}");
        problem.GetProperty("errors").GetProperty(parameter)[0].GetString().ShouldBe(message);
    }

    [Fact]
    public async Task All_wrong_parameters_are_named_at_once()
    {
        using var response = await Host.Http.GetAsync("api/analytics?window=week&top=many");

        var problem = await ReadJsonAsync(response);
        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(["window", "top"]);
    }

    [Fact]
    public async Task Unchanged_analytics_are_not_sent_again()
    {
        await Host.RecordAsync(TestEvent.Views("luna", 3));
        using var first = await Host.Http.GetAsync("api/analytics");
        Clock.Advance(TimeSpan.FromSeconds(2));

        using var unchanged = await SendAsync(HttpMethod.Get, "api/analytics", first.Headers.ETag);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await unchanged.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        unchanged.Headers.ETag.ShouldBe(first.Headers.ETag);

        using var otherWindow = await SendAsync(HttpMethod.Get, "api/analytics?window=24h", first.Headers.ETag);
        otherWindow.StatusCode.ShouldBe(HttpStatusCode.OK);

        await Host.RecordAsync(TestEvent.Views("luna", 1));
        Clock.Advance(TimeSpan.FromSeconds(2));
        using var changed = await SendAsync(HttpMethod.Get, "api/analytics", first.Headers.ETag);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("", "text/html")]
    [InlineData("api/dashboard", "text/html")]
    [InlineData("api/dashboard/", "text/html")]
    [InlineData("api/dashboard/page.css", "text/css")]
    [InlineData("api/dashboard/page.js", "text/javascript")]
    [InlineData("api/dashboard/icon.svg", "image/svg+xml")]
    [InlineData("api/dashboard/samples/luna", "image/svg+xml")]
    public async Task The_page_and_its_assets_are_kept_by_the_client_until_they_change(string path, string mediaType)
    {
        using var first = await Host.Http.GetAsync(path);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Content.Headers.ContentType?.MediaType.ShouldBe(mediaType);
        first.Headers.CacheControl?.NoCache.ShouldBeTrue();
        (await first.Content.ReadAsByteArrayAsync()).ShouldNotBeEmpty();

        using var again = await SendAsync(HttpMethod.Get, path, first.Headers.ETag);
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("")]
    [InlineData("api/dashboard")]
    [InlineData("api/dashboard/page.js")]
    [InlineData("api/dashboard/samples/luna")]
    [InlineData("api/dashboard/nothing")]
    [InlineData("api/analytics")]
    [InlineData("api/analytics?window=nonsense")]
    [InlineData("nothing")]
    [InlineData("api/analytics", "POST")]
    public async Task Every_answer_forbids_what_the_page_does_not_need(string path, string method = "GET")
    {
        using var response = await SendAsync(new HttpMethod(method), path);

        response.Headers.GetValues("Content-Security-Policy").ShouldBe([
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https://cats.example; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"]);
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        response.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["same-origin"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("api/dashboard/page.js")]
    [InlineData("api/analytics")]
    public async Task Everything_can_only_be_read(string path)
    {
        using var head = await SendAsync(HttpMethod.Head, path);
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.ShouldNotBeNull().ShouldBePositive();

        using var post = await SendAsync(HttpMethod.Post, path);
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        post.Content.Headers.Allow.ShouldBe(["GET", "HEAD"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("api/dashboard/nothing")]
    [InlineData("api/dashboard/index.html")]
    [InlineData("api/dashboard/samples/nobody")]
    [InlineData("api/dashboard/samples/..%2f..%2fpage.js")]
    [InlineData("api/dashboard/samples/")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        using var response = await Host.Http.GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("", "api/dashboard/")]
    [InlineData("api/dashboard", "dashboard/")]
    [InlineData("api/dashboard/", "./")]
    public async Task The_page_finds_its_assets_from_wherever_it_is(string path, string folder)
    {
        var html = await Host.Http.GetStringAsync(path);

        foreach (var asset in (string[])["page.css", "page.js", "icon.svg"])
        {
            html.ShouldContain($"\"{folder}{DashboardAssets.Version}/{asset}\"");
            using var response = await Host.Http.GetAsync(new Uri(new Uri(Host.Address, path), $"{folder}{DashboardAssets.Version}/{asset}"));
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.CacheControl?.ToString().ShouldBe("public, max-age=31536000, immutable");
        }
    }

    [Theory]
    [InlineData("api/dashboard/page.css")]
    [InlineData("api/dashboard/0123456789abcdef/page.css")]
    public async Task Only_an_asset_of_this_version_is_kept_without_asking_again(string path)
    {
        using var response = await Host.Http.GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.CacheControl?.ToString().ShouldBe("no-cache");
    }

    [Theory]
    [InlineData("br, gzip, deflate", "br")]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip, br;q=0", "gzip")]
    [InlineData("zstd", null)]
    [InlineData("", null)]
    public async Task What_is_sent_is_compressed_as_the_client_accepts(string accepted, string? expected)
    {
        await Host.RecordAsync(TestEvent.Views("luna", 3));
        foreach (var path in (string[])["", "api/dashboard/page.css", "api/analytics"])
        {
            var plain = await Host.Http.GetByteArrayAsync(path);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
            using var response = await Host.Http.SendAsync(request);

            response.Content.Headers.ContentEncoding.ShouldBe(expected is null ? [] : [expected]);
            response.Headers.Vary.ShouldBe(["Accept-Encoding"]);
            await using var body = await response.Content.ReadAsStreamAsync();
            await using var content = expected switch
            {
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                "gzip" => new GZipStream(body, CompressionMode.Decompress),
                _ => body,
            };
            using var read = new MemoryStream();
            await content.CopyToAsync(read);
            read.ToArray().ShouldBe(plain);
        }
    }

    [Fact]
    public async Task The_whole_page_weighs_less_than_60_KB_compressed()
    {
        using var client = new HttpClient { BaseAddress = Host.Address, DefaultRequestHeaders = { { "Accept-Encoding", "br" } } };
        var weight = 0;
        var paths = new Queue<string>([""]);
        var seen = new HashSet<string>(paths);
        while (paths.TryDequeue(out var path))
        {
            weight += (await client.GetByteArrayAsync(path)).Length;
            var folder = $"api/dashboard/{DashboardAssets.Version}/";
            foreach (Match name in Regex.Matches(await Host.Http.GetStringAsync(path), @"(?:\./|" + folder + @")([\w-]+\.(?:js|css|svg))\b"))
            {
                if (seen.Add(folder + name.Groups[1].Value))
                {
                    paths.Enqueue(folder + name.Groups[1].Value);
                }
            }
        }

        seen.Count.ShouldBeGreaterThan(25);
        weight.ShouldBeLessThan(60_000);
    }

    [Fact]
    public void A_module_passes_the_key_on_to_those_it_imports()
    {
        var plain = DashboardAssets.Find("page.js", "", out _)!;
        var keyed = DashboardAssets.Find($"{DashboardAssets.Version}/page.js", "?code=secret", out var cacheControl)!;

        var imports = Regex.Matches(Encoding.UTF8.GetString(plain.Content), @"['""](\./[\w.-]+\.js)['""]").Select(match => match.Groups[1].Value);
        foreach (var import in imports)
        {
            DashboardAssets.Find(import[2..], "", out _).ShouldNotBeNull(import);
            Encoding.UTF8.GetString(keyed.Content).ShouldContain($"{import}?code=secret");
        }

        cacheControl.ShouldBe("private, max-age=31536000, immutable");
    }

    [Fact]
    public async Task A_function_key_goes_on_to_the_assets_and_cannot_break_out()
    {
        var html = await Host.Http.GetStringAsync("?code=a%2B%26b%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");

        html.ShouldContain($"\"api/dashboard/{DashboardAssets.Version}/page.js?code=a%2B%26b%22%27%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E\"");
        html.ShouldNotContain("alert(1)");
    }

    [Fact]
    public async Task A_page_with_a_function_key_is_kept_by_nobody()
    {
        using var page = await Host.Http.GetAsync("?code=secret");
        using var asset = await Host.Http.GetAsync("api/dashboard/page.js?code=secret");

        page.Headers.CacheControl?.NoStore.ShouldBeTrue();
        page.Headers.ETag.ShouldBeNull();
        asset.Headers.CacheControl?.NoStore.ShouldBeFalse();
    }

    [Theory]
    [InlineData("cdn2.thecatapi.com", "https://cdn2.thecatapi.com")]
    [InlineData("*.example.org, 127.0.0.1:8443,a.example/cats/", "https://*.example.org https://127.0.0.1:8443 https://a.example/cats/")]
    [InlineData("*", "https:")]
    [InlineData("", "")]
    public void Photos_are_loaded_from_the_hosts_of_the_setting(string setting, string sources) =>
        string.Join(' ', new DashboardOptions { ImageHosts = setting }.ImageSources()).ShouldBe(sources);

    [Fact]
    public void By_default_photos_are_loaded_from_where_TheCatAPI_keeps_them() =>
        new DashboardOptions().ImageSources().ShouldContain("https://*.thecatapi.com");

    [Theory]
    [InlineData("a.example; script-src *")]
    [InlineData("https://a.example")]
    [InlineData("a.example b.example")]
    [InlineData("a.*.example")]
    [InlineData("'unsafe-inline'")]
    [InlineData("a.example\nb")]
    public void Image_hosts_that_would_change_the_policy_are_refused(string setting) =>
        new DashboardOptions { ImageHosts = setting }.Problems().ShouldHaveSingleItem();

    [Fact]
    public async Task A_log_that_cannot_be_read_is_told_without_details()
    {
        await Host.RecordAsync(TestEvent.Views("luna", 1));
        var segment = Path.Combine(Host.Folder, LogFolder.Files(Host.Folder, LogKind.Events).Single());
        await using var locked = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        using var response = await Host.Http.GetAsync("api/analytics");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync()).ShouldNotContain(Host.Folder);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        return await Host.Http.SendAsync(request);
    }
}
