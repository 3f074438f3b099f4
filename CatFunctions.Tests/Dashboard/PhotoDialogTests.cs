using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class PhotoDialogTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task A_photo_shows_all_that_is_known_of_it()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 4),
            .. TestEvent.Views("luna", 3, TimeSpan.FromMinutes(4)),
            .. TestEvent.Views("ember", 9, TimeSpan.FromMinutes(4)),
            new(Photo: "sample-luna", Url: "sample:luna", IsLike: true)]);
        var page = await OpenAsync("?photo=sample-luna");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Abyssinian" });

        await Expect(dialog).ToBeVisibleAsync();
        await Expect(page.Locator("#photo-id")).ToHaveTextAsync("sample-luna");
        await Expect(page.Locator("#photo-views")).ToHaveTextAsync("7");
        await Expect(page.Locator("#photo-likes")).ToHaveTextAsync("1");
        await Expect(page.Locator("#photo-rate")).ToHaveTextAsync("14.3%");
        await Expect(page.Locator("#photo-rate-note")).ToHaveTextAsync("95% interval 2.6% – 51.3%");
        await Expect(page.Locator("#photo-viewers")).ToHaveTextAsync("4");
        await Expect(page.Locator("#photo-rank")).ToHaveTextAsync("2");
        await Expect(page.Locator("#photo-rank-note")).ToHaveTextAsync("by views, of 2 photos");
        await Expect(page.Locator("#photo-bars-text")).ToHaveTextAsync("Most: 4 views at 07:30 AM");
        await Expect(page.Locator("#photo-ranks-text")).ToHaveTextAsync("Best: 1 at 07:30 AM; worst: 2");
        await Expect(page.Locator("#photo img.loaded")).ToBeVisibleAsync();
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = "Open the picture" })).ToHaveAttributeAsync("href", new Regex("/samples/luna$"));

        await dialog.GetByText("As a table").ClickAsync();
        await Expect(page.Locator("#photo-rows tr").First).ToContainTextAsync("07:30 AM411");
        (await page.EvaluateAsync<string[]>(PageChecks.FaintText)).ShouldBeEmpty();
        (await page.EvaluateAsync<string[]>(PageChecks.BrokenStructure)).ShouldBeEmpty();
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Each_tile_opens_its_photo_and_Back_closes_it()
    {
        await RecordAsync(TestEvent.Rising(new(Photo: "sample-willow", Url: "sample:willow"), new(Photo: "sample-plum", Url: "sample:plum")));
        var page = await OpenAsync("?window=15m");
        foreach (var tiles in (string[])["#photos-rows", "#trending", "#star-name", "#recent"])
        {
            var link = page.Locator($"{tiles} a.name").First;
            var photo = await link.GetAttributeAsync("data-photo");

            await link.FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await Expect(page).ToHaveURLAsync(new Regex($@"window=15m&photo={photo}$"));
            await Expect(page.Locator("#photo-id")).ToHaveTextAsync(photo!);
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Close" })).ToBeFocusedAsync();

            await page.GoBackAsync();
            await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
            await Expect(link).ToBeFocusedAsync();
        }

        await page.GoForwardAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Escape_and_the_button_close_a_photo_and_leave_no_step_behind()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync("?window=15m");
        var steps = await page.EvaluateAsync<int>("history.length");
        var dialog = page.GetByRole(AriaRole.Dialog);
        foreach (var close in (Func<Task>[])[
            () => page.Keyboard.PressAsync("Escape"),
            () => page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync()])
        {
            await page.Locator("#photos-rows a.name").ClickAsync();
            await Expect(dialog).ToBeVisibleAsync();

            await close();

            await Expect(dialog).ToBeHiddenAsync();
            await Expect(page).ToHaveURLAsync(new Regex(@"\?window=15m$"));
            (await page.EvaluateAsync<int>("history.length")).ShouldBe(steps + 1);
        }

        await page.GoForwardAsync();
        await Expect(dialog).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task An_open_photo_goes_on_counting_and_closes_to_the_page_if_it_was_the_first()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync("?photo=sample-luna");
        await Expect(page.Locator("#photo-views")).ToHaveTextAsync("2");

        await RecordAsync(TestEvent.Views("luna", 3));
        await Expect(page.Locator("#photo-views")).ToHaveTextAsync("5");

        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("5");
    }

    [BrowserFact]
    public async Task A_photo_that_is_not_in_the_log_is_said_to_be_unknown()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync("?photo=" + Uri.EscapeDataString("<b>nobody/../x"));

        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "<b>nobody/../x" })).ToBeVisibleAsync();
        await Expect(page.Locator("#photo-id")).ToHaveTextAsync("The log has no photo <b>nobody/../x.");
        await Expect(page.Locator("#photo-views")).ToBeHiddenAsync();
    }
}
