using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

/// <summary>The numbers of the page: whole, and with what is needed to judge them.</summary>
public sealed class NumberTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task An_abbreviated_number_is_exact_in_its_title_and_for_screen_readers()
    {
        var stub = await StubAsync(PageStates.Of("huge"));
        var page = await OpenAsync(width: 320, prepare: stub.AnswerAsync);

        foreach (var (id, shown, exact) in ((string, string, string)[])[
            ("recorded", "10.86B", "10,864,197,531"), ("in-flight", "98.77M", "98,765,432")])
        {
            var number = page.Locator($"#{id}");
            await Expect(number).ToHaveAttributeAsync("title", exact);
            await Expect(number.Locator("[aria-hidden]")).ToHaveTextAsync(shown);
            await Expect(number.Locator(".unseen")).ToHaveTextAsync(exact);
        }

        await Expect(page.Locator("#breeds td").Nth(1)).ToHaveAttributeAsync("title", "1,234,567,890");
    }

    [BrowserFact]
    public async Task A_sum_to_which_the_first_minute_adds_a_share_says_so()
    {
        var stub = await StubAsync(report => (report["isExact"], report["totals"]!["views"]) = (false, 1234));
        var page = await OpenAsync(prepare: stub.AnswerAsync);

        await Expect(page.Locator("#views")).ToHaveAttributeAsync("title", "about 1,234: of the first minute, a share counts");
        await stub.ShowAsync(page, report => (report["isExact"], report["totals"]!["views"]) = (true, 1234));
        await Expect(page.Locator("#views")).Not.ToHaveAttributeAsync("title", new Regex("."));
    }

    [BrowserFact]
    public async Task The_like_rate_comes_with_its_counts_and_interval_and_the_share_of_viewers()
    {
        var stub = await StubAsync(report =>
        {
            var totals = report["totals"]!;
            (totals["views"], totals["likes"], totals["likeRate"]) = (1000, 100, 0.1);
            (totals["likeRateLow"], totals["likeRateHigh"]) = (0.0829, 0.1202);
            (totals["uniqueViewers"], totals["uniqueLikers"], totals["conversion"]) = (400, 80, 0.2);
        });
        var page = await OpenAsync(prepare: stub.AnswerAsync);

        await Expect(page.Locator("#rate")).ToHaveTextAsync("10.0%");
        await Expect(page.Locator("#rate-note")).ToHaveTextAsync(new Regex("^100 of 1,000 views; 95% interval 8.3%\\s–\\s12.0%$"));
        await Expect(page.Locator("#conversion")).ToHaveTextAsync("20.0%");
        await Expect(page.Locator("#conversion-note")).ToHaveTextAsync("80 of 400 viewers liked a photo");
    }
}
