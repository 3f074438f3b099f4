using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

/// <summary>What axe-core (https://github.com/dequelabs/axe-core) and a check of our own of contrasts, texts of charts included, find.</summary>
public sealed class AxeTests(Browser browser) : BrowserTest(browser)
{
    /// <summary>High enough for all of the page: what is out of sight is not laid out.</summary>
    private const int Whole = 6000;

    [BrowserFact]
    public async Task Axe_finds_nothing_and_no_text_is_faint_in_any_state_and_either_theme()
    {
        var stub = await StubAsync();
        var page = await OpenAsync(
            new PageOptions(Height: Whole), prepare: page => page.RouteAsync("**/api/analytics*", _ => Task.CompletedTask), isAnswered: false);
        await Expect(page.Locator("#reading-title")).ToBeVisibleAsync();
        await CheckAsync(page, "loading", leastTexts: 8);

        await page.UnrouteAsync("**/api/analytics*");
        await stub.AnswerAsync(page);
        await page.ReloadAsync();
        await page.Locator("#timeline-details summary").ClickAsync();
        foreach (var state in PageStates.Names)
        {
            await stub.ShowAsync(page, PageStates.Of(state));
            await CheckAsync(page, state);
        }

        await page.UnrouteAsync("**/api/analytics*");
        await page.RouteAsync("**/api/analytics*", route => route.AbortAsync());
        stub.Set(PageStates.Of("full"));
        await Expect(page.Locator("#away")).ToBeVisibleAsync();
        await CheckAsync(page, "away");
    }

    [BrowserTheory]
    [InlineData("photo", "sample-luna", "#photo-views")]
    [InlineData("race", "2026-11-22T06:31:00Z", "#race-controls")]
    public async Task Axe_finds_nothing_in_a_dialog_in_either_theme(string dialog, string value, string filled)
    {
        await RecordSomeAsync();
        var page = await OpenAsync($"?{dialog}={value}");
        await Expect(page.Locator(filled)).ToBeVisibleAsync();

        await CheckAsync(page, dialog, $"#{dialog}");
    }

    private static async Task CheckAsync(IPage page, string state, string? part = null, int leastTexts = 10)
    {
        var light = await RunAsync(page, new() { ResultTypes = [ResultType.Violations] }, part);
        light.Passes.Length.ShouldBeGreaterThan(10, state);
        Faults(light).ShouldBeEmpty(state);
        (await page.EvaluateAsync<string[]>(PageChecks.FaintText, leastTexts)).ShouldBeEmpty(state);

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var contrast = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] };
        var dark = await RunAsync(page, new() { ResultTypes = [ResultType.Violations], RunOnly = contrast }, part);
        Faults(dark).ShouldBeEmpty($"{state}, dark");
        (await page.EvaluateAsync<string[]>(PageChecks.FaintText, leastTexts)).ShouldBeEmpty($"{state}, dark");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    /// <summary>Runs axe-core in the page itself, which has no frames: the way that is not obsolete opens another page each time.</summary>
    private static Task<AxeResult> RunAsync(IPage page, AxeRunOptions options, string? part = null) =>
#pragma warning disable CS0618
        page.RunAxeLegacy(part is null ? null : new AxeRunContext { Include = [new(part)] }, options);
#pragma warning restore CS0618

    private static IEnumerable<string> Faults(AxeResult result) =>
        result.Violations.Select(violation => $"{violation.Id}: {string.Join("; ", violation.Nodes.Select(node => node.Html))}");
}
