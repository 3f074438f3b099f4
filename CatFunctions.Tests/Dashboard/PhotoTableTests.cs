using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class PhotoTableTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task One_table_takes_the_order_that_is_chosen_and_Back_restores_the_one_before()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 20),
            .. TestEvent.Views("ember", 9),
            .. TestEvent.Views("plum", 4),
            .. Likes("luna", 3),
            .. Likes("ember", 6)]);
        var page = await OpenAsync();
        await ExpectPhotosAsync(page, "sample-luna", "sample-ember", "sample-plum");
        await Expect(page.Locator("#photos").GetByRole(AriaRole.Columnheader, new() { Name = "Views", Exact = true })).ToHaveAttributeAsync("aria-sort", "descending");

        await page.GetByRole(AriaRole.Radio, new() { Name = "Most liked" }).ClickAsync();
        await ExpectPhotosAsync(page, "sample-ember", "sample-luna", "sample-plum");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?sort=likes$"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Photo", Exact = true }).ClickAsync();
        await ExpectPhotosAsync(page, "sample-ember", "sample-luna", "sample-plum");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "By name" })).ToBeCheckedAsync();
        await Expect(page.Locator("#photos").GetByRole(AriaRole.Columnheader, new() { Name = "Photo" })).ToHaveAttributeAsync("aria-sort", "ascending");

        await page.GoBackAsync();
        await page.GoBackAsync();
        await ExpectPhotosAsync(page, "sample-luna", "sample-ember", "sample-plum");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Most viewed" })).ToBeCheckedAsync();
        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Each_rate_has_its_interval()
    {
        await RecordAsync([.. TestEvent.Views("luna", 20), .. Likes("luna", 3)]);
        var page = await OpenAsync();

        await Expect(page.Locator("#photos-rows td.rate")).ToHaveTextAsync("15.0%5.2% – 36.0%");
    }

    [BrowserFact]
    public async Task A_search_finds_breeds_and_ids_and_is_kept_in_the_address_without_a_step()
    {
        await RecordAsync([.. TestEvent.Views("luna", 2), new(Photo: "other", Breed: "Sphynx")]);
        var page = await OpenAsync();
        await ExpectPhotosAsync(page, "sample-luna", "other");
        var steps = await page.EvaluateAsync<int>("history.length");

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search photos" }).FillAsync("SPHY");
        await ExpectPhotosAsync(page, "other");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?search=SPHY$"));
        (await page.EvaluateAsync<int>("history.length")).ShouldBe(steps);

        await page.ReloadAsync();
        await ExpectPhotosAsync(page, "other");
        await Expect(page.Locator("#search")).ToHaveValueAsync("SPHY");

        await page.Locator("#search").FillAsync("nobody");
        await Expect(page.GetByText("No photo matches.")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task All_photos_can_be_paged_through()
    {
        await RecordAsync(Enumerable.Range(0, 23).SelectMany(i =>
            Enumerable.Repeat(new TestEvent(Photo: i.ToString("D2", CultureInfo.InvariantCulture)), 30 - i)));
        var page = await OpenAsync();
        var place = page.Locator("#photos-place");
        await Expect(place).ToHaveTextAsync("1 – 10 of 23 photos");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Previous" })).ToBeDisabledAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(place).ToHaveTextAsync("21 – 23 of 23 photos");
        await ExpectPhotosAsync(page, "20", "21", "22");
        await Expect(page.Locator("#photos-rows .rank").First).ToHaveTextAsync("21");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Next" })).ToBeDisabledAsync();
    }

    [BrowserFact]
    public async Task It_is_asked_for_rarely_while_it_is_out_of_sight_and_at_once_when_it_is_seen_again()
    {
        await RecordAsync(TestEvent.Views("luna", 2));
        var page = await OpenAsync(new PageOptions(Height: 500), prepare: page => page.Clock.InstallAsync());
        var views = page.Locator("#photos-rows td.views");
        await Expect(views).ToHaveTextAsync("2");
        var asked = CountAsked();

        await RecordAsync(TestEvent.Views("luna", 1));
        await Expect(page.Locator("#views")).ToHaveTextAsync("3");
        await page.Clock.RunForAsync(5_000);
        CountAsked().ShouldBe(asked);

        await page.Locator("#photos").ScrollIntoViewIfNeededAsync();
        await Expect(views).ToHaveTextAsync("3");

        int CountAsked() => Requests.Count(request => request.AbsolutePath == "/api/photos");
    }

    [BrowserFact]
    public async Task A_rank_says_how_it_has_moved()
    {
        await RecordAsync([
            .. TestEvent.Views("ember", 1, TimeSpan.FromMinutes(150)),
            .. TestEvent.Views("luna", 6, TimeSpan.FromMinutes(80)),
            .. TestEvent.Views("plum", 4, TimeSpan.FromMinutes(80)),
            .. TestEvent.Views("plum", 9),
            .. TestEvent.Views("luna", 5),
            .. TestEvent.Views("willow", 2)]);
        var page = await OpenAsync("?window=15m");
        await Expect(page.Locator("#photos-rows .rank")).ToHaveTextAsync(["1new, not viewed before", "2new, not viewed before", "3new, not viewed before"]);

        await page.GetByRole(AriaRole.Radio, new() { Name = "1 hour" }).ClickAsync();

        await Expect(page.Locator("#photos-rows .rank")).ToHaveTextAsync(["1▲ 1, up 1", "2▼ 1, down 1", "3new, not viewed before"]);
    }

    [BrowserFact]
    public async Task A_breed_filters_everything_until_it_is_cleared()
    {
        await RecordAsync([
            .. TestEvent.Views("luna", 4),
            .. Enumerable.Range(0, 11).Select(i => new TestEvent(Photo: $"cat-{i:D2}", Breed: $"Breed {i:D2}", Url: "sample:luna"))]);
        var page = await OpenAsync();
        await Expect(page.Locator("#breeds-place")).ToHaveTextAsync("8 of 12");
        await Expect(page.Locator("#breeds tr")).ToHaveCountAsync(8);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all", Exact = true }).ClickAsync();
        await Expect(page.Locator("#breeds tr")).ToHaveCountAsync(12);

        await page.GetByRole(AriaRole.Button, new() { Name = "Breed 07" }).ClickAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("1");
        await ExpectPhotosAsync(page, "cat-07");
        await Expect(page.GetByText("Only photos of Breed 07")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"\?breed=Breed\+07$"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Show all breeds" }).ClickAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("15");
        await Expect(page.Locator("#filter")).ToBeHiddenAsync();
        Troubles.ShouldBeEmpty();
    }

    private static IEnumerable<TestEvent> Likes(string photo, int count) =>
        TestEvent.Views(photo, count).Select(one => one with { IsLike = true });

    private static Task ExpectPhotosAsync(IPage page, params string[] ids) => Expect(page.Locator("#photos-rows .id")).ToHaveTextAsync(ids);
}
