using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class ComparisonTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task Each_tile_is_compared_with_the_period_before_in_signs_and_in_words()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 1, TimeSpan.FromMinutes(40)),
            .. TestEvent.Views("luna", 8, TimeSpan.FromMinutes(20)),
            .. TestEvent.Views("luna", 4, TimeSpan.FromMinutes(20)).Select(one => one with { IsLike = true }),
            .. TestEvent.Views("luna", 12),
            .. TestEvent.Views("luna", 3).Select(one => one with { IsLike = true })]);
        var page = await OpenAsync("?window=15m");

        await Expect(page.Locator("#views-change")).ToHaveTextAsync("▲ 50.0%50.0% more than before, 8");
        await Expect(page.Locator("#likes-change")).ToHaveTextAsync("▼ 25.0%25.0% less than before, 4");
        await Expect(page.Locator("#rate-change")).ToHaveTextAsync("▼ 25 points25 points less than before, 50.0%");
        await Expect(page.Locator("#viewers-change [aria-hidden]")).ToHaveTextAsync("▲ 50.0%");
        await Expect(page.Locator("#compared")).ToContainTextAsync("07:00 AM");
        await Expect(page.Locator("#key-before")).ToBeVisibleAsync();

        var ghosts = await page.EvaluateAsync<int>("[...document.querySelectorAll('#plot .before')].filter(bar => Number(bar.getAttribute('height')) > 1).length");
        ghosts.ShouldBe(1);
        (await page.EvaluateAsync<string[]>(PageChecks.FaintText)).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Without_a_period_before_nothing_is_compared()
    {
        await RecordAsync(TestEvent.Views("luna", 4));
        var page = await OpenAsync();

        await Expect(page.Locator("#views")).ToHaveTextAsync("4");
        await Expect(page.Locator(".change:visible")).ToHaveCountAsync(0);
        await Expect(page.Locator("#compared")).ToBeEmptyAsync();
        await Expect(page.Locator("#key-before")).ToBeHiddenAsync();
    }
}
