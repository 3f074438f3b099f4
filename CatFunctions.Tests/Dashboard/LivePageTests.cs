using System.Text.RegularExpressions;
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
        await Expect(page.Locator("#most-viewed li .name")).ToHaveTextAsync(["Abyssinian"]);

        await RecordAsync([.. TestEvent.Views("ember", 4), new(Photo: "sample-ember", Url: "sample:ember", IsLike: true)]);

        await Expect(page.Locator("#views")).ToHaveTextAsync("7");
        await Expect(page.Locator("#likes")).ToHaveTextAsync("1");
        await Expect(page.Locator("#rate")).ToHaveTextAsync("14.3%");
        await Expect(page.Locator("#viewers")).ToHaveTextAsync("4");
        await Expect(page.Locator("#most-viewed li .id")).ToHaveTextAsync(["sample-ember", "sample-luna"]);
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
        await page.EvaluateAsync("document.querySelector('#most-viewed li').kept = true");

        await RecordAsync(TestEvent.Views("ember", 5));

        await Expect(page.Locator("#most-viewed li .id")).ToHaveTextAsync(["sample-ember", "sample-luna"]);
        (await page.EvaluateAsync<bool>("document.querySelector('#most-viewed li:last-child').kept")).ShouldBeTrue();
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
        await Expect(page.Locator("#health-message")).ToHaveTextAsync("no events for 3 min 7 s");
    }

    [BrowserFact]
    public async Task A_server_that_goes_away_is_told_and_its_return_too()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync(prepare: StopClockAsync);
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Live");

        await page.RouteAsync("**/api/analytics*", route => route.AbortAsync());
        await page.Clock.RunForAsync(1_000);
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Not connected");
        await Expect(page.GetByText("These numbers are not updated.")).ToBeVisibleAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("2");

        await page.UnrouteAsync("**/api/analytics*");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#away")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task A_page_that_nobody_sees_asks_seldom_and_at_once_when_seen()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync(prepare: StopClockAsync);
        await ShowAsync(page, visible: false);
        await page.Clock.RunForAsync(1_000);
        await Expect(page.Locator("body")).ToHaveAttributeAsync("data-link", "paused");
        Requests.Clear();

        await page.Clock.RunForAsync(29_000);
        await page.EvaluateAsync("0");
        Requests.ShouldBeEmpty();
        await page.Clock.RunForAsync(1_000);
        await Eventually.IsTrueAsync(() => Requests.Count == 1);

        await ShowAsync(page, visible: true);
        await Expect(page.Locator("body")).ToHaveAttributeAsync("data-link", "live");
    }

    [BrowserFact]
    public async Task Behind_a_function_key_the_page_passes_it_on()
    {
        const string Key = "k/1+2==&\"'<x>";
        await using var guarded = await DashboardHost.StartAsync(key: Key);
        await guarded.RecordAsync(TestEvent.Views("luna", 2));

        var page = await OpenAsync(new Uri(guarded.Address, $"api/dashboard?code={Uri.EscapeDataString(Key)}").ToString());

        await Expect(page.Locator("#views")).ToHaveTextAsync("2");
        await Expect(page.Locator("#most-viewed img.loaded")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Radio, new() { Name = "All" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("code=.*&window=all$"));
        await Expect(page.Locator("#views-note")).ToHaveTextAsync("in the whole log");
        Troubles.ShouldBeEmpty();
    }

    /// <summary>Lets the page's own clock stand still: it asks again only when a test moves it.</summary>
    private static async Task StopClockAsync(IPage page)
    {
        var start = new DateTime(2026, 11, 22, 7, 30, 15, DateTimeKind.Utc);
        await page.Clock.InstallAsync(new() { TimeDate = start });
        await page.Clock.PauseAtAsync(start.AddSeconds(1));
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
