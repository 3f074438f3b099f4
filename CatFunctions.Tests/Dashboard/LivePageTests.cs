using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class LivePageTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task Numbers_move_while_events_flow_without_a_reload()
    {
        await RecordAsync(TestEvent.Views("luna", 3));
        var page = await OpenAsync();
        await page.EvaluateAsync("window.unreloaded = true");
        await Expect(page.Locator("#views")).ToHaveTextAsync("3");
        await Expect(page.Locator("#photos-rows tr .name")).ToHaveTextAsync(["Abyssinian"]);

        await RecordAsync([.. TestEvent.Views("ember", 4), new(Photo: "sample-ember", Url: "sample:ember", IsLike: true)]);

        await Expect(page.Locator("#views")).ToHaveTextAsync("7");
        await Expect(page.Locator("#likes")).ToHaveTextAsync("1");
        await Expect(page.Locator("#rate")).ToHaveTextAsync("14.3%");
        await Expect(page.Locator("#viewers")).ToHaveTextAsync("4");
        await Expect(page.Locator("#photos-rows tr .id")).ToHaveTextAsync(["sample-ember", "sample-luna"]);
        await Expect(page.Locator("#recorded")).ToHaveTextAsync("8");
        await Expect(page).ToHaveTitleAsync("7 views · CatFunctions");
        (await page.EvaluateAsync<bool>("window.unreloaded")).ShouldBeTrue();
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_row_that_moves_stays_the_same_element_and_loads_its_photo_once()
    {
        await RecordAsync([.. TestEvent.Views("luna", 2), .. TestEvent.Views("ember", 1)]);
        var page = await OpenAsync();
        await Expect(page.Locator("#photos-rows tr .id")).ToHaveTextAsync(["sample-luna", "sample-ember"]);
        await page.EvaluateAsync("document.querySelector('#photos-rows tr').kept = true");

        await RecordAsync(TestEvent.Views("ember", 5));

        await Expect(page.Locator("#photos-rows tr .id")).ToHaveTextAsync(["sample-ember", "sample-luna"]);
        (await page.EvaluateAsync<bool>("document.querySelector('#photos-rows tr:last-child').kept")).ShouldBeTrue();
    }

    [BrowserFact]
    public async Task The_window_is_switched_and_remembered_in_the_address()
    {
        await RecordAsync([.. TestEvent.Views("luna", 2), .. TestEvent.Views("ember", 5, TimeSpan.FromMinutes(40))]);
        var page = await OpenAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("7");

        await page.GetByRole(AriaRole.Radio, new() { Name = "15 min" }).ClickAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("2");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?window=15m$"));

        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "15 min" })).ToBeCheckedAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("2");
    }

    [BrowserFact]
    public async Task An_empty_log_says_what_to_do_and_the_page_then_fills_by_itself()
    {
        var page = await OpenAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No events yet" })).ToBeVisibleAsync();
        await Expect(page.GetByText("scripts/run-local.sh")).ToBeVisibleAsync();
        await Expect(page.Locator("#views")).ToBeHiddenAsync();

        await RecordAsync(TestEvent.Views("luna", 1));

        await Expect(page.Locator("#views")).ToHaveTextAsync("1");
        await Expect(page.Locator("#empty")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task A_window_without_events_leads_to_a_longer_one()
    {
        await RecordAsync(TestEvent.Views("luna", 6, TimeSpan.FromDays(3)));
        var page = await OpenAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing in the last hour" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Show all time" }).ClickAsync();

        await Expect(page.Locator("#views")).ToHaveTextAsync("6");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "All" })).ToBeCheckedAsync();
    }

    [BrowserFact]
    public async Task A_pipeline_that_stands_still_is_told_with_a_growing_age()
    {
        await RecordAsync(TestEvent.Views("luna", 2, TimeSpan.FromMinutes(3)));
        var page = await OpenAsync(prepare: StopClockAsync);
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("No events for 3 min 2 s");

        await page.Clock.RunForAsync(5_000);

        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("No events for 3 min 7 s");
        await Expect(page.Locator("#health-message")).ToHaveTextAsync("No events for 3 min 7 s");
    }

    [BrowserFact]
    public async Task Nothing_is_asked_while_nobody_sees_the_page_and_at_once_when_it_is_seen()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync(prepare: StopClockAsync);
        var finished = 0;
        page.RequestFailed += (_, _) => Interlocked.Increment(ref finished);
        await page.Clock.RunForAsync(1_000);
        await Eventually.IsTrueAsync(() => Requests.Any(request => request.Query.Contains("wait=", StringComparison.Ordinal)));

        await ShowAsync(page, visible: false);
        await Eventually.IsTrueAsync(() => finished == 1);
        Requests.Clear();
        await RecordAsync(TestEvent.Views("luna", 1));
        await page.Clock.RunForAsync(600_000);
        Requests.Where(request => request.Query.Length > 0).ShouldBeEmpty();

        await ShowAsync(page, visible: true);
        await Expect(page.Locator("#views")).ToHaveTextAsync("3");
    }

    [BrowserFact]
    public async Task The_page_waits_for_news_and_asks_seldom_where_there_is_much()
    {
        var stub = await StubAsync();
        var page = await OpenAsync(prepare: async page =>
        {
            await StopClockAsync(page);
            await stub.AnswerAsync(page);
        });
        await page.Clock.RunForAsync(1_000);
        await Eventually.IsTrueAsync(() => Asked() == 2);
        Requests.Last(request => request.AbsolutePath == "/api/analytics").Query.ShouldContain("after=v1&wait=5");

        await page.Clock.RunForAsync(4_000);
        Asked().ShouldBe(2);

        for (var views = 1000; views < 1040; views++)
        {
            var now = views;
            stub.Set(report => report["totals"]!["views"] = now);
            await page.Clock.RunForAsync(100);
        }

        await RunUntilAsync(page, "#views", "1,039");
        Asked().ShouldBeInRange(3, 16);

        int Asked() => Requests.Count(request => request.AbsolutePath == "/api/analytics");
    }

    [BrowserFact]
    public async Task Nothing_moves_endlessly()
    {
        await RecordSomeAsync();
        var page = await OpenAsync(new PageOptions(Motion: ReducedMotion.NoPreference));
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Live");

        (await page.EvaluateAsync<int>(
            "document.getAnimations().filter(animation => animation.effect.getComputedTiming().iterations === Infinity).length")).ShouldBe(0);
    }

    [BrowserFact]
    public async Task What_moves_can_be_paused()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync();
        var pause = page.GetByRole(AriaRole.Button, new() { Name = "Pause" });
        await pause.ClickAsync();
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync(new Regex("^Paused at .*7:30:17"));
        Requests.Clear();

        await RecordAsync(TestEvent.Views("luna", 1));
        await Eventually.IsTrueAsync(async () => (await Host.Http.GetStringAsync("api/analytics")).Contains("\"views\":3", StringComparison.Ordinal));
        Requests.ShouldBeEmpty();
        await Expect(page.Locator("#views")).ToHaveTextAsync("2");

        await pause.ClickAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("3");
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Live");
    }

    [BrowserFact]
    public async Task Behind_a_function_key_the_page_passes_it_on()
    {
        const string Key = "k/1+2==&\"'<x>";
        await using var guarded = await DashboardHost.StartAsync(key: Key);
        await guarded.RecordAsync(TestEvent.Views("luna", 2));

        var page = await OpenAsync(new Uri(guarded.Address, $"api/dashboard?code={Uri.EscapeDataString(Key)}").ToString());

        await Expect(page.Locator("#views")).ToHaveTextAsync("2");
        await Expect(page.Locator("#photos-rows img.loaded")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Radio, new() { Name = "All" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("code=.*&window=all$"));
        await Expect(page.Locator("#views-note")).ToHaveTextAsync("in the whole log");
        Troubles.ShouldBeEmpty();
    }

    private static async Task ShowAsync(IPage page, bool visible) => await page.EvaluateAsync(
        """
        visible => {
          Object.defineProperty(document, 'hidden', { value: !visible, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """,
        visible);
}
