using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class AccessiblePageTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task Graphics_stand_out_from_their_ground_in_either_theme()
    {
        var stub = await StubAsync(PageStates.Of("degraded"));
        var page = await OpenAsync(prepare: stub.AnswerAsync);
        foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            (await BrightnessAsync(page)).ShouldBeInRange(theme == ColorScheme.Light ? 600 : 0, theme == ColorScheme.Light ? 765 : 150);

            var contrasts = await page.EvaluateAsync<Dictionary<string, double>>(PageChecks.GraphicContrasts);
            contrasts.Count.ShouldBe(7);
            contrasts.ShouldAllBe(contrast => contrast.Value >= 3);
        }

        // Likes and views need no contrast to each other: the ground lies between them.
        var gap = await page.EvaluateAsync<double>(
            """
            () => Math.min(...[...document.querySelectorAll('#plot .bar')].map(bar => ['v', 'l'].map(name => bar.querySelector(`.${name}`)))
              .filter(([views, likes]) => likes.height.baseVal.value > 1).map(([views, likes]) =>
                likes.y.baseVal.value - views.y.baseVal.value - views.height.baseVal.value))
            """);
        gap.ShouldBeInRange(1, 3);
    }

    [BrowserFact]
    public async Task Names_run_in_their_own_direction_and_are_whole_on_request()
    {
        var name = string.Concat(Enumerable.Repeat("قط ", 50)).Trim();
        await RecordAsync(TestEvent.Rising(new TestEvent(Breed: name, Url: "sample:luna")));
        var page = await OpenAsync();

        foreach (var place in (string[])["#star-name a", "#photos-rows .name >> nth=1", "#breeds .name >> nth=1"])
        {
            var element = page.Locator(place);
            await Expect(element).ToHaveTextAsync(name);
            await Expect(element).ToHaveAttributeAsync("title", new Regex(name));
            await Expect(element).ToHaveAttributeAsync("dir", "auto");
            await Expect(element).ToHaveCSSAsync("direction", "rtl");
        }
    }

    [BrowserFact]
    public async Task With_forced_colors_the_chart_and_the_switch_can_still_be_read()
    {
        var stub = await StubAsync(PageStates.Of("degraded"));
        var page = await OpenAsync(prepare: stub.AnswerAsync);
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });

        var colors = await page.EvaluateAsync<string[]>(
            """
            () => [['.timeline', 'backgroundColor'], ['.bar .v', 'fill'], ['.bar .l', 'fill'], ['#hatch rect', 'fill'], ['.axis text', 'fill'], ['.track i', 'backgroundColor'],
              ['#windows input:checked + span', 'backgroundColor'], ['.pulse .dot', 'backgroundColor']]
              .map(([selector, name]) => getComputedStyle(document.querySelector(selector))[name])
            """);
        colors.Skip(1).ShouldAllBe(color => color != colors[0] && color != "rgba(0, 0, 0, 0)");
        colors[1].ShouldNotBe(colors[2]);

        // What looks like a link or a heading does not become a box.
        (await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('button.link, button.name, th button')].map(button => getComputedStyle(button).borderTopStyle)"))
            .ShouldAllBe(style => style == "none");
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

        foreach (var region in (string[])["Totals", "Timeline", "Cat of the moment", "Also trending", "Photos", "Breeds", "Just happened", "Pipeline"])
        {
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = region, Exact = true }).First).ToBeVisibleAsync();
        }

        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Time window" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Time zone" })).ToBeVisibleAsync();
        await Expect(page.Locator("#windows").GetByRole(AriaRole.Radio)).ToHaveCountAsync(4);
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
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "1 hour" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "15 min" })).ToBeCheckedAsync();
        await Expect(page.Locator("#views-note")).ToHaveTextAsync("since Nov 22, 07:28 AM");

        await page.Keyboard.PressAsync("Tab");
        await Expect(slider).ToBeFocusedAsync();
        await Expect(page.Locator("#readout")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Home");
        var first = await slider.GetAttributeAsync("aria-valuetext");
        await page.Keyboard.PressAsync("ArrowRight");
        var second = await slider.GetAttributeAsync("aria-valuetext");
        second.ShouldNotBe(first);
        second.ShouldNotBeNull().ShouldContain("Before the log began");
        await Expect(page.Locator("#readout")).ToContainTextAsync("Before the log began");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#readout")).ToBeHiddenAsync();

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Table).First).ToBeVisibleAsync();
        (await page.Locator("#timeline-rows td:nth-child(2)").AllTextContentsAsync()).Sum(text => text == "–" ? 0 : int.Parse(text, CultureInfo.InvariantCulture)).ShouldBe(7);
        await Expect(page.Locator("#readout")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task The_pointer_reads_out_a_bar()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Slider).HoverAsync(new() { Position = new() { X = 60, Y = 80 } });
        await Expect(page.Locator("#readout")).ToContainTextAsync("Before the log began");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#readout")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Slider).HoverAsync(new() { Position = new() { X = 80, Y = 80 } });
        await Expect(page.Locator("#readout")).ToBeVisibleAsync();
        await page.Locator("h1").HoverAsync();
        await Expect(page.Locator("#readout")).ToBeHiddenAsync();
    }

    private static Task<int> BrightnessAsync(IPage page) => page.EvaluateAsync<int>(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((sum, part) => sum + Number(part), 0)");
}
