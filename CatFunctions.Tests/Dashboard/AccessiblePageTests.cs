using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class AccessiblePageTests(Browser browser) : BrowserTest(browser)
{
    [BrowserTheory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 360)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task All_text_stands_out_from_its_ground(ColorScheme theme, int width)
    {
        await RecordSomeAsync();
        var page = await OpenAsync(theme: theme, width: width);
        await page.Locator("summary").ClickAsync();

        (await page.EvaluateAsync<string[]>(PageChecks.FaintText)).ShouldBeEmpty();
    }

    [BrowserTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_notices_stand_out_too(ColorScheme theme)
    {
        var page = await OpenAsync(theme: theme);
        await page.RouteAsync("**/api/analytics*", route => route.AbortAsync());
        await Expect(page.Locator("#away")).ToBeVisibleAsync();

        (await page.EvaluateAsync<string[]>(PageChecks.FaintText)).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Light_and_dark_are_really_two_themes()
    {
        var light = await BackgroundAsync(await OpenAsync(theme: ColorScheme.Light));
        var dark = await BackgroundAsync(await OpenAsync(theme: ColorScheme.Dark));

        light.ShouldBeGreaterThan(600);
        dark.ShouldBeLessThan(150);
    }

    [BrowserTheory]
    [InlineData(360)]
    [InlineData(768)]
    [InlineData(1280)]
    [InlineData(2560)]
    public async Task The_page_never_scrolls_sideways(int width)
    {
        await RecordSomeAsync();
        await RecordAsync([new(Photo: new string('W', 256), Url: "sample:luna", Breed: new string('M', 256))]);
        var page = await OpenAsync(width: width);
        await Expect(page.Locator("#most-viewed li")).ToHaveCountAsync(7);

        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
    }

    [BrowserFact]
    public async Task A_screen_reader_finds_landmarks_headings_and_names()
    {
        await RecordSomeAsync();
        var page = await OpenAsync();

        foreach (var landmark in (AriaRole[])[AriaRole.Banner, AriaRole.Main, AriaRole.Contentinfo])
        {
            await Expect(page.GetByRole(landmark)).ToHaveCountAsync(1);
        }

        foreach (var region in (string[])["Totals", "Timeline", "Cat of the moment", "Also trending", "Most viewed", "Most liked", "Best rated", "Breeds", "Pipeline"])
        {
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = region, Exact = true }).First).ToBeVisibleAsync();
        }

        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Time window" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Radio)).ToHaveCountAsync(4);
        await Expect(page.GetByRole(AriaRole.Slider, new() { Name = "Timeline" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Live");
        (await page.Locator("html").GetAttributeAsync("lang")).ShouldBe("en");
        (await page.EvaluateAsync<string[]>(PageChecks.BrokenStructure)).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task The_keyboard_reaches_and_works_everything()
    {
        await RecordAsync([.. TestEvent.Views("luna", 2), .. TestEvent.Views("ember", 5, TimeSpan.FromMinutes(2))]);
        var page = await OpenAsync();
        var slider = page.GetByRole(AriaRole.Slider);
        await Expect(page.Locator("#views")).ToHaveTextAsync("7");

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "1 hour" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "15 min" })).ToBeCheckedAsync();
        await Expect(page.Locator("#views-note")).ToHaveTextAsync("in the last 15 minutes");

        await page.Keyboard.PressAsync("Tab");
        await Expect(slider).ToBeFocusedAsync();
        await Expect(page.Locator("#readout")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Home");
        var first = await slider.GetAttributeAsync("aria-valuetext");
        await page.Keyboard.PressAsync("ArrowRight");
        var second = await slider.GetAttributeAsync("aria-valuetext");
        second.ShouldNotBe(first);
        second.ShouldNotBeNull().ShouldContain("0 views, 0 likes");
        await Expect(page.Locator("#readout")).ToContainTextAsync("0 views");

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Table).First).ToBeVisibleAsync();
        (await page.Locator("#timeline-rows td:nth-child(2)").AllTextContentsAsync()).Sum(int.Parse).ShouldBe(7);
        await Expect(page.Locator("#readout")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task The_pointer_reads_out_a_bar()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Slider).HoverAsync(new() { Position = new() { X = 60, Y = 80 } });
        await Expect(page.Locator("#readout")).ToContainTextAsync("0 views");
        await page.Locator("h1").HoverAsync();
        await Expect(page.Locator("#readout")).ToBeHiddenAsync();
    }

    private Task RecordSomeAsync() => RecordAsync([
        .. TestEvent.Views("luna", 5),
        .. TestEvent.Views("ember", 3, TimeSpan.FromMinutes(7)),
        .. TestEvent.Rising(new(Photo: "sample-willow", Url: "sample:willow"), new(Photo: "sample-plum", Url: "sample:plum")),
        new(Photo: "sample-luna", Url: "sample:luna", IsLike: true),
        new(Photo: "MTY3ODIyMQ", Url: "sample:nobody", Breed: null)]);

    private static Task<int> BackgroundAsync(IPage page) => page.EvaluateAsync<int>(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((sum, part) => sum + Number(part), 0)");
}
