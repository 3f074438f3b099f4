using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

/// <summary>The page says only what is so, whatever state the log, the pipeline and the connection are in.</summary>
public sealed class PageStateTests(Browser browser) : BrowserTest(browser)
{
    [BrowserTheory]
    [InlineData("reading", "42%", "ago$")]
    [InlineData("readingNothing", "3%", "^not known yet$")]
    public async Task While_the_log_is_read_the_page_shows_how_far_and_calls_nothing_missing_stale_or_empty(string state, string progress, string newest)
    {
        var stub = await StubAsync(PageStates.Of(state));
        var page = await OpenAsync(prepare: async page =>
        {
            await StopClockAsync(page);
            await stub.AnswerAsync(page);
        });
        await page.Clock.RunForAsync(3_000);
        stub.Set(report =>
        {
            PageStates.Of(state)(report);
            report["health"]!["recorded"] = 9_000_000;
        });
        await RunUntilAsync(page, "#sentence", "9,000,000 events read so far");
        await page.Clock.RunForAsync(6_000);

        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync($"Reading the log: {progress}");
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = $"Reading the log: {progress}" })).ToBeVisibleAsync();
        await Expect(page.Locator("#newest")).ToHaveTextAsync(new Regex(newest));
        (await page.Locator("body").InnerTextAsync()).ShouldNotMatch("42,591|per second|Nothing (in|since)|No events|Start the pipeline|None");

        stub.Set(report => report["health"]!["recorded"] = 9_000_000);
        await RunUntilAsync(page, "#pulse-text", "Live");
        await page.Clock.RunForAsync(10_000);
        await Expect(page.Locator("#health-rate")).ToHaveTextAsync("0 events per second");

        // What was recorded in the minute of the reading comes at once.
        stub.Set(report =>
        {
            report["health"]!["recorded"] = 9_003_000;
            report["health"]!["newestEvent"] = "2026-11-22T07:31:15Z";
        });
        await RunUntilAsync(page, "#health-rate", "50 events per second");
        await Expect(page.Locator("#reading")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task When_the_server_is_gone_the_whole_page_says_so_and_nothing_pretends_to_switch()
    {
        var stub = await StubAsync();
        var page = await OpenAsync(prepare: async page =>
        {
            await StopClockAsync(page);
            await stub.AnswerAsync(page);
        });
        await Expect(page.Locator("#health-message")).ToHaveTextAsync("Healthy");
        await Expect(page.Locator("#newest")).ToHaveTextAsync(new Regex("ago$"));

        await page.UnrouteAsync("**/api/analytics*");
        await page.RouteAsync("**/api/analytics*", route => route.AbortAsync());
        await page.GetByRole(AriaRole.Radio, new() { Name = "15 min" }).ClickAsync();

        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Not connected");
        await Expect(page.GetByText(new Regex("These numbers are of 07:30:[0-9]{2} AM and are not updated"))).ToBeVisibleAsync();
        await Expect(page.Locator("#health-message")).ToHaveTextAsync("Unknown: the server does not answer");
        await Expect(page.Locator("#newest")).ToHaveTextAsync(new Regex("^at .*07:30:"));
        (await page.Locator("body").InnerTextAsync()).ShouldNotMatch("Healthy|Live|ago|per second");
        await Expect(page).ToHaveTitleAsync("Not connected · CatFunctions");
        foreach (var control in await page.Locator("#windows input, #pause").AllAsync())
        {
            await Expect(control).ToBeDisabledAsync();
        }

        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "1 hour" })).ToBeCheckedAsync();
        await Expect(page.Locator("#views-note")).ToHaveTextAsync("in the last hour");

        await page.UnrouteAsync("**/api/analytics*");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#away")).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "15 min" })).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "15 min" })).ToBeEnabledAsync();
        await Expect(page.Locator("#views-note")).ToHaveTextAsync(new Regex("in the last 15 minutes|since"));
    }

    [BrowserFact]
    public async Task A_server_that_falls_silent_is_told_too()
    {
        await RecordSomeAsync();
        var page = await OpenAsync(prepare: StopClockAsync);
        await page.RouteAsync("**/api/analytics*", _ => Task.CompletedTask);
        await page.Clock.RunForAsync(21_000);

        await RunUntilAsync(page, "#pulse-text", "Not connected");
    }

    [BrowserFact]
    public async Task A_wrong_address_is_answered_with_the_words_of_the_server()
    {
        await RecordSomeAsync();
        var page = await OpenAsync(new PageOptions(), "?from=noon&to=night", page => page.RouteAsync("**/api/analytics*", route => route.FulfillAsync(new()
        {
            Status = 400,
            ContentType = "application/problem+json",
            Body = """{"title":"A parameter is wrong.","detail":"from: 'noon' is not a time."}""",
        })), isAnswered: false);

        await Expect(page.Locator("#away-title")).ToHaveTextAsync("from: 'noon' is not a time.");
    }

    [BrowserFact]
    public async Task The_worst_is_the_headline_and_what_helps_stands_beside_it()
    {
        var stub = await StubAsync(PageStates.Of("degraded"));
        var page = await OpenAsync(prepare: stub.AnswerAsync);

        await Expect(page.Locator("#pulse-text")).ToHaveTextAsync("12 events of 2 ticks missing");
        await Expect(page.Locator("#health-message")).ToHaveTextAsync("12 events of 2 ticks missing");
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("12 events of 2 ticks missing");
        await Expect(page.Locator("#faults .help")).ToHaveTextAsync(["verify lists them.", "replay sends them again.", "Is the pipeline running?"]);
        await Expect(page.Locator("#faults strong:visible").First).ToHaveTextAsync("4 dead letters");
        await Expect(page.Locator("#faults strong:visible").Last).ToHaveTextAsync(new Regex("^No events for 3 min"));
        await Expect(page.Locator("#missing")).ToHaveTextAsync("12");
    }

    [BrowserFact]
    public async Task No_cat_is_of_the_moment_while_no_events_arrive()
    {
        var stub = await StubAsync();
        var page = await OpenAsync(prepare: stub.AnswerAsync);
        await Expect(page.Locator("#star-reason")).ToHaveTextAsync(new Regex("^Viewed [0-9.]+ × its usual$"));

        stub.Set(PageStates.Of("stale"));

        await Expect(page.Locator("#star-name")).ToHaveTextAsync("None");
        await Expect(page.Locator("#star-id")).ToHaveTextAsync("No events arrive, so no cat is viewed.");
        await Expect(page.Locator("#star-reason")).ToBeEmptyAsync();
    }
}
