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
        await Expect(page.Locator("#photos-rows tr")).ToHaveCountAsync(addresses.Length);
        await NextAnswerAsync(page);

        await Expect(page.Locator("#star-photo svg")).ToBeVisibleAsync();
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        Requests.ShouldAllBe(request => request.Host == "127.0.0.1");
        Requests.Select(request => request.AbsolutePath).Except(["/", "/api/analytics", "/api/photos"]).ShouldAllBe(
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
        await Expect(page.Locator("#photos-rows tr")).ToHaveCountAsync(texts.Length + 1);
        await NextAnswerAsync(page);

        (await page.Locator("#photos-rows .name").AllTextContentsAsync()).ShouldBe([.. texts, "steady"], ignoreOrder: true);
        (await page.Locator("#photos-rows .id").AllTextContentsAsync()).ShouldBe([.. texts, "steady"], ignoreOrder: true);
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
    public async Task A_photo_that_cannot_be_loaded_is_tried_again_with_growing_pauses()
    {
        const string Photo = "https://cats.example/late.jpg";
        await RecordAsync(TestEvent.Rising(new TestEvent(Photo: "cat", Url: Photo)));
        // All of the page is in sight: no picture waits until it is.
        var page = await OpenAsync(new PageOptions(Height: 6000), prepare: async page =>
        {
            await StopClockAsync(page);
            await page.RouteAsync(Photo, route => route.FulfillAsync(new() { Status = 404 }));
        });
        await page.Clock.RunForAsync(100);
        await Expect(page.Locator("#photos-rows tr")).ToHaveCountAsync(2);
        var star = page.Locator("#star-photo .photo");
        await HaveFailedAsync();
        await Expect(star.Locator("svg")).ToBeVisibleAsync();

        // A placeholder is an outline, a drawn cat is not.
        await Expect(star.Locator("svg")).ToHaveCSSAsync("opacity", "0.75");
        await Expect(star).ToHaveCSSAsync("outline-style", "dashed");

        await TryAgainAsync(after: 5_000);
        await TryAgainAsync(after: 15_000);

        await page.UnrouteAsync(Photo);
        await page.RouteAsync(Photo, route => route.FulfillAsync(new()
        {
            ContentType = "image/svg+xml",
            Body = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        }));
        await page.EvaluateAsync("dispatchEvent(new Event('online'))");
        await Expect(star.Locator("img.loaded")).ToBeVisibleAsync();
        await Expect(star).ToHaveClassAsync("photo pictured");

        int Asked() => Requests.Count(request => request.AbsoluteUri == Photo);

        async Task HaveFailedAsync()
        {
            foreach (var picture in await page.Locator("main .photo[data-photo=cat]").AllAsync())
            {
                await Expect(picture).ToHaveClassAsync("photo failed");
                await Expect(picture.Locator("img")).ToHaveCountAsync(0);
            }
        }

        async Task TryAgainAsync(int after)
        {
            var asked = Asked();
            asked.ShouldBeGreaterThan(0);
            await page.Clock.RunForAsync(after - 1_500);
            Asked().ShouldBe(asked);
            await page.Clock.RunForAsync(2_500);
            await Eventually.IsTrueAsync(() => Asked() > asked);
            await HaveFailedAsync();
        }
    }

    /// <summary>Waits until the page shows another event: whatever it would load or run because of those before, it has by then.</summary>
    private async Task NextAnswerAsync(IPage page)
    {
        var recorded = int.Parse(await page.Locator("#recorded").InnerTextAsync(), CultureInfo.InvariantCulture);
        await RecordAsync([new(Photo: "steady", Breed: "steady", Url: "none")]);
        await Expect(page.Locator("#recorded")).ToHaveTextAsync($"{recorded + 1}");
    }
}
