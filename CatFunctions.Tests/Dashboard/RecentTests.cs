using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class RecentTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task What_just_happened_is_listed_newest_first_and_nothing_flies_where_motion_is_not_wanted()
    {
        await RecordAsync(TestEvent.Views("luna", 1, TimeSpan.FromSeconds(3)));
        var page = await OpenAsync();
        await CountHeartsAsync(page);
        await Expect(page.Locator("#recent li")).ToHaveCountAsync(1);

        await RecordAsync([
            .. TestEvent.Views("ember", 1, TimeSpan.FromSeconds(2)),
            new(Photo: "sample-luna", Url: "sample:luna", IsLike: true)]);

        await Expect(page.Locator("#recent li")).ToHaveCountAsync(3);
        await Expect(page.Locator("#recent .what")).ToHaveTextAsync(["liked", "viewed", "viewed"]);
        (await page.EvaluateAsync<int>("window.hearts")).ShouldBe(0);
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_batch_is_played_over_its_own_time_with_a_heart_from_the_cat_that_was_liked()
    {
        var page = await OpenMovingAsync();
        await CountHeartsAsync(page);

        await RecordAsync([
            .. TestEvent.Views("ember", 1, TimeSpan.FromSeconds(3)),
            .. TestEvent.Views("plum", 1, TimeSpan.FromSeconds(1.5)),
            new(Photo: "sample-luna", Url: "sample:luna", IsLike: true)]);
        await Expect(page.Locator("#recorded")).ToHaveTextAsync("4");

        foreach (var (time, shown) in ((int, string[])[])[
            (100, ["view", "view"]), (1_300, ["view", "view"]),
            (200, ["view", "view", "view"]), (1_300, ["view", "view", "view"]),
            (200, ["like", "view", "view", "view"])])
        {
            await page.Clock.RunForAsync(time);
            (await page.Locator("#recent li").EvaluateAllAsync<string[]>("rows => rows.map(row => row.className)")).ShouldBe(shown);
        }

        await page.Clock.RunForAsync(2_000);
        (await page.EvaluateAsync<int>("window.hearts")).ShouldBe(1);
        await Expect(page.Locator(".flying")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Pause_stops_the_ticker_too()
    {
        var page = await OpenMovingAsync();
        await RecordAsync([.. TestEvent.Views("ember", 1, TimeSpan.FromSeconds(2)), .. TestEvent.Views("plum", 1)]);
        await Expect(page.Locator("#recorded")).ToHaveTextAsync("3");
        await page.Clock.RunForAsync(100);
        await Expect(page.Locator("#recent li")).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();

        await page.Clock.RunForAsync(5_000);
        await Expect(page.Locator("#recent li")).ToHaveCountAsync(2);
    }

    /// <summary>A page with one event on which things may move, but only with the clock of the test.</summary>
    private async Task<IPage> OpenMovingAsync()
    {
        await RecordAsync(TestEvent.Views("luna", 1, TimeSpan.FromSeconds(20)));
        var page = await OpenAsync(new PageOptions(Height: 6000, Motion: ReducedMotion.NoPreference), prepare: StopClockAsync);
        await page.Clock.RunForAsync(200);
        await Expect(page.Locator("#photos-rows tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#recent li")).ToHaveCountAsync(1);
        return page;
    }

    private static async Task CountHeartsAsync(IPage page) => await page.EvaluateAsync(
        """
        window.hearts = 0;
        new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(
          node => window.hearts += node.className === 'flying' ? 1 : 0))).observe(document.body, { childList: true });
        """);
}
