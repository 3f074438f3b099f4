using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class PipelineSentenceTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task The_pipeline_is_a_sentence_that_adds_up()
    {
        await RecordAsync(TestEvent.Views("luna", 5));
        var page = await OpenAsync();

        await Expect(page.Locator("#sentence")).ToHaveTextAsync("5 produced = 5 recorded + 0 dead letters + 0 in flight", new() { UseInnerText = true });
    }

    [BrowserFact]
    public async Task What_is_in_flight_missing_or_late_is_in_the_sentence_and_each_fault_has_its_time_and_help()
    {
        await RecordAsync(TestEvent.Views("luna", 5));
        var page = await OpenAsync(prepare: page => page.RouteAsync("**/api/analytics*", async route =>
        {
            var answer = await route.FetchAsync();
            var report = JsonNode.Parse(await answer.TextAsync())!;
            var health = report["health"]!;
            (health["produced"], health["recorded"], health["deadLettered"], health["inFlight"], health["missing"], health["lagSeconds"]) =
                (412_301, 412_250, 1, 47, 3, 0.4);
            health["state"] = "degraded";
            health["faults"] = JsonNode.Parse(
                """[{"kind":"missing","text":"3 events of 2 ticks missing","help":"verify lists them.","since":"2026-11-22T06:00:00Z"},{"kind":"deadLetters","text":"1 dead letter","help":"dead-letters lists them.","since":null}]""");
            await route.FulfillAsync(new() { Response = answer, Body = report.ToJsonString() });
        }));

        await Expect(page.Locator("#sentence")).ToHaveTextAsync(
            new Regex(@"^412,301 produced = 412,250 recorded \+ 1 dead letter \+ 47 in flight \+ 3 missing, (0\.[4-9]|[1-9]\d*(\.\d)?) s behind$"),
            new() { UseInnerText = true });
        await Expect(page.Locator("#missing")).ToHaveClassAsync("alarm");
        await Expect(page.Locator("#health-message")).ToHaveTextAsync("3 events of 2 ticks missing");
        var faults = page.Locator("#faults li");
        await Expect(faults.First).ToContainTextAsync("06:00 AM");
        await Expect(faults.First).ToContainTextAsync("verify lists them.");
        await Expect(faults.Last).ToContainTextAsync("1 dead letter");
        await Expect(faults.Last).ToContainTextAsync("dead-letters lists them.");
    }
}
