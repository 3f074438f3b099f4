using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class TimeTravelTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task Dragging_over_the_chart_zooms_in_and_Back_zooms_out()
    {
        await RecordTwoBurstsAsync();
        var page = await OpenAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("9");
        var box = (await page.Locator("#scrub").BoundingBoxAsync())!;

        await page.Mouse.MoveAsync(box.X + 50, box.Y + 100);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 110, new() { Steps = 5 });
        await Expect(page.Locator("#plot .selection")).ToBeVisibleAsync();
        await page.Mouse.UpAsync();

        await Expect(page.Locator("#views")).ToHaveTextAsync("5");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?from=2026-11-22T06%3A\d\d%3A00Z&to=2026-11-22T0\d%3A\d\d%3A00Z$"));
        await Expect(page.Locator("#windows input:checked")).ToHaveCountAsync(0);

        await page.ReloadAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("5");
        await page.GoBackAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("9");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "1 hour" })).ToBeCheckedAsync();
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task The_keyboard_zooms_moves_and_returns_too()
    {
        await RecordTwoBurstsAsync();
        var page = await OpenAsync();
        await page.GetByRole(AriaRole.Slider, new() { Name = "Timeline" }).FocusAsync();
        await page.Keyboard.PressAsync("End");
        for (var i = 0; i < 3; i++)
        {
            await page.Keyboard.PressAsync("Shift+ArrowLeft");
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?from=2026-11-22T07%3A27%3A00Z&to=2026-11-22T07%3A31%3A00Z$"));
        await Expect(page.Locator("#views")).ToHaveTextAsync("4");

        await page.GetByRole(AriaRole.Button, new() { Name = "Earlier" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"from=2026-11-22T07%3A23%3A00Z&to=2026-11-22T07%3A27%3A00Z$"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Back to now" }).ClickAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("9");
        await Expect(page).Not.ToHaveURLAsync(new Regex("from="));
    }

    [BrowserFact]
    public async Task An_hour_is_replayed_as_a_race_that_can_be_stopped_and_moved()
    {
        await RecordTwoBurstsAsync();
        var page = await OpenAsync("?race=2026-11-22T06:31:00Z");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        var names = page.Locator("#race-rows .name");
        var place = page.GetByRole(AriaRole.Slider, new() { Name = "Time", Exact = true });

        // Nothing moves until it is asked to: the browser of the tests wants it calm.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator("#race-rows .value")).ToHaveTextAsync(["0", "0"]);

        await place.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("#race-clock")).ToHaveTextAsync("07:31 AM");
        await Expect(page.Locator("#race-rows .value")).ToHaveTextAsync(["5", "4"]);
        await Expect(page.Locator("#race-leader")).ToContainTextAsync("leads with 5 views");
        (await names.First.GetAttributeAsync("data-photo")).ShouldBe("sample-ember");

        await page.Keyboard.PressAsync("Home");
        await page.Locator("#race-speed").SelectOptionAsync("4");
        await page.GetByRole(AriaRole.Button, new() { Name = "Play", Exact = true }).ClickAsync();
        await Expect(page.Locator("#race-rows .value")).ToHaveTextAsync(["5", "0"]);
        await page.Locator("#race-play", new() { HasText = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play", Exact = true })).ToBeVisibleAsync();
        (await page.EvaluateAsync<string[]>(PageChecks.FaintText)).ShouldBeEmpty();

        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Any_hour_can_be_chosen_for_the_race()
    {
        await RecordTwoBurstsAsync();
        var page = await OpenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay as a race" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("race=2026-11-22T06%3A31%3A00Z$"));

        await page.GetByLabel("Hour from").FillAsync("2026-11-22T03:00");
        await Expect(page.GetByText("Nobody viewed a photo in this hour.")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex("race=2026-11-22T03%3A00%3A00Z$"));

        await page.GoBackAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task A_shared_link_has_the_view_but_not_the_key()
    {
        await using var guarded = await DashboardHost.StartAsync(key: "secret");
        await guarded.RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync(
            new Uri(guarded.Address, "api/dashboard?code=secret&window=15m&sort=rate").ToString(),
            prepare: page => page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]));

        await page.GetByRole(AriaRole.Button, new() { Name = "Copy link" }).ClickAsync();

        await Expect(page.GetByText("Link copied")).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()"))
            .ShouldBe(new Uri(guarded.Address, "api/dashboard?window=15m&sort=rate").ToString());
    }

    private Task RecordTwoBurstsAsync() =>
        RecordAsync([.. TestEvent.Views("ember", 5, TimeSpan.FromMinutes(50)), .. TestEvent.Views("luna", 4)]);
}
