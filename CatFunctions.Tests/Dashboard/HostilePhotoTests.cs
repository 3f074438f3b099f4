using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class HostilePhotoTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task An_address_that_is_not_of_a_photo_is_never_loaded()
    {
        string[] addresses =
        [
            "javascript:alert(1)",
            "  JaVaScRiPt:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "http://cats.example/plain.jpg",
            "//cats.example/relative.jpg",
            "https://user:secret@cats.example/a.jpg",
            "sample:../page.js",
            "sample:luna?x=\"onerror=alert(1)",
            "\"><img src=x onerror=alert(1)>",
            "file:///etc/passwd",
        ];
        await RecordAsync(addresses.Select((address, i) => new TestEvent(Photo: $"cat-{i}", Url: address)));
        var page = await OpenAsync();
        await Expect(page.Locator("#most-viewed li")).ToHaveCountAsync(addresses.Length);
        await NextAnswerAsync(page);

        await Expect(page.Locator("#star-photo svg")).ToBeVisibleAsync();
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        Requests.ShouldAllBe(request => request.Host == "127.0.0.1");
        Requests.Select(request => request.AbsolutePath).Except(["/", "/api/analytics"]).ShouldAllBe(
            path => Regex.IsMatch(path, "^/api/dashboard/[0-9a-f]{16}/[a-z-]+[.](css|js|svg)$"));
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Whatever_an_event_says_is_shown_as_text()
    {
        string[] texts =
        [
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "'\"`</p></main>&lt;b&gt;{{key}}",
            "__proto__",
            "🐈 кот 猫 \u202e",
        ];
        await RecordAsync(TestEvent.Rising(texts.Select(text => new TestEvent(Photo: text, User: text, Breed: text, Url: "sample:luna"))));
        var page = await OpenAsync();
        await Expect(page.Locator("#most-viewed li")).ToHaveCountAsync(texts.Length + 1);
        await NextAnswerAsync(page);

        (await page.Locator("#most-viewed .name").AllTextContentsAsync()).ShouldBe([.. texts, "steady"], ignoreOrder: true);
        (await page.Locator("#most-viewed .id").AllTextContentsAsync()).ShouldBe([.. texts, "steady"], ignoreOrder: true);
        (await page.Locator("#star-name, #trending .name").AllTextContentsAsync()).ShouldBe(texts, ignoreOrder: true);
        (await page.Locator("#breeds .name").AllTextContentsAsync()).ShouldBe([.. texts, "steady"], ignoreOrder: true);
        (await page.EvaluateAsync<int>("document.querySelectorAll('script').length")).ShouldBe(1);
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_photo_is_loaded_by_https_and_its_host_learns_nothing()
    {
        const string Photo = "https://cats.example/a.svg";
        await RecordAsync(TestEvent.Rising(new TestEvent(Photo: "cat", Url: Photo)));
        IRequest? request = null;

        var page = await OpenAsync(prepare: page => page.RouteAsync(Photo, route =>
        {
            request = route.Request;
            return route.FulfillAsync(new()
            {
                ContentType = "image/svg+xml",
                Body = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9' fill='red'/></svg>",
            });
        }));

        await Expect(page.Locator("#star-photo img.loaded")).ToBeVisibleAsync();
        await Expect(page.Locator("#star-photo svg")).ToBeHiddenAsync();
        (await request!.AllHeadersAsync()).ShouldNotContainKey("referer");
    }

    [BrowserFact]
    public async Task A_photo_that_cannot_be_loaded_leaves_a_drawn_cat_and_is_not_asked_for_again()
    {
        const string Photo = "https://cats.example/gone.jpg";
        await RecordAsync(TestEvent.Rising(new TestEvent(Photo: "cat", Url: Photo)));

        var page = await OpenAsync(prepare: page => page.RouteAsync(Photo, route => route.FulfillAsync(new() { Status = 404 })));

        await Expect(page.Locator("#star-name")).ToHaveTextAsync("Abyssinian");
        await Expect(page.Locator("#star-photo img")).ToHaveCountAsync(0);
        await Expect(page.Locator("#star-photo svg")).ToBeVisibleAsync();
        var asked = Requests.Count(request => request.AbsoluteUri == Photo);
        await RecordAsync([new TestEvent(Photo: "cat", Url: Photo), new(Photo: "dog", Url: Photo)]);
        await Expect(page.Locator("#most-viewed li")).ToHaveCountAsync(3);
        Requests.Count(request => request.AbsoluteUri == Photo).ShouldBe(asked);
    }

    /// <summary>Waits until the page has had another answer, and another: whatever it would load or run, it has by then.</summary>
    private static async Task NextAnswerAsync(IPage page)
    {
        await page.WaitForResponseAsync("**/api/analytics*");
        await page.WaitForResponseAsync("**/api/analytics*");
    }
}
