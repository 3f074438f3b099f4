using Microsoft.Playwright;

namespace CatFunctions.Tests.Dashboard;

public sealed class PageWidthTests(Browser browser) : BrowserTest(browser)
{
    /// <summary>High enough for all of the page: what is out of sight is not laid out.</summary>
    private const int Height = 6000;

    /// <summary>Where the layout changes, and what screens have.</summary>
    private static readonly int[] Widths = [320, 390, 701, 768, 1021, 1280, 1440, 2560];

    [BrowserFact]
    public async Task At_every_width_nothing_is_clipped_lies_over_another_or_makes_the_page_scroll_sideways()
    {
        await RecordAsync([new(Photo: new string('W', 256), Url: "sample:luna", Breed: new string('M', 256))]);
        var stub = await StubAsync();
        var page = await OpenAsync(new PageOptions(Height: Height), prepare: stub.AnswerAsync);
        await Assertions.Expect(page.Locator("#photos-rows tr")).ToHaveCountAsync(7);
        foreach (var state in (string[])["full", "degraded", "huge"])
        {
            await stub.ShowAsync(page, PageStates.Of(state));
            foreach (var width in Widths)
            {
                await ResizeAsync(page, width);
                var place = $"{state} at {width}";
                (await page.EvaluateAsync<string[]>(PageChecks.Collisions)).ShouldBeEmpty(place);
                (await page.EvaluateAsync<string[]>(PageChecks.Clipped)).ShouldBeEmpty(place);
                (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, place);
            }
        }

        (await page.Locator("#views").InnerTextAsync()).ShouldMatch("^(9,876,543,210|9.88B)");

        // In a font that is much wider, too.
        await page.EvaluateAsync("document.querySelectorAll('.figure').forEach(figure => figure.style.letterSpacing = '.2em')");
        foreach (var width in Widths)
        {
            await ResizeAsync(page, width);
            (await page.EvaluateAsync<string[]>(PageChecks.Clipped)).ShouldBeEmpty($"wide font at {width}");
        }
    }

    private static async Task ResizeAsync(IPage page, int width)
    {
        await page.SetViewportSizeAsync(width, Height);
        await page.EvaluateAsync("new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
    }
}
