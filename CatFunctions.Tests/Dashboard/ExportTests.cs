using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

public sealed class ExportTests(Browser browser) : BrowserTest(browser)
{
    [BrowserFact]
    public async Task What_is_shown_can_be_taken_along_as_CSV_and_JSON()
    {
        await RecordAsync([.. TestEvent.Views("luna", 2), new(Photo: "other", Breed: "Sphynx")]);
        var page = await OpenAsync("?window=15m&breed=Sphynx&sort=likes");
        await Expect(page.Locator("#views")).ToHaveTextAsync("1");

        var csv = await GetAsync(page, "#export-csv");
        csv.ShouldStartWith("start,");
        csv.Split('\n').Count(line => line.StartsWith("2026-11-22T07:30:00", StringComparison.Ordinal)).ShouldBe(1);
        (await GetAsync(page, "#export-json")).ShouldContain("\"window\":\"15m\"");
        var photos = await GetAsync(page, "#photos-csv");
        photos.ShouldContain("other,");
        photos.ShouldNotContain("sample-luna");
        (await GetAsync(page, "#photos-json")).ShouldContain("\"total\":1");
    }

    [BrowserFact]
    public async Task The_chart_is_a_picture_in_the_colors_of_the_theme()
    {
        await RecordAsync([.. TestEvent.Views("luna", 7), .. TestEvent.Views("luna", 3).Select(one => one with { IsLike = true })]);
        var page = await OpenAsync();
        await Expect(page.Locator("#views")).ToHaveTextAsync("7");

        foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "PNG" }).ClickAsync());

            download.SuggestedFilename.ShouldBe("cats-20261122T0730.png");
            var bytes = await File.ReadAllBytesAsync(await download.PathAsync());
            bytes[..4].ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);

            // The colors of the bars of views and of likes, and letters, are in it.
            var colors = await page.EvaluateAsync<Dictionary<string, int>>(
                """
                async base64 => {
                  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
                  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
                  const context = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height }).getContext('2d');
                  context.drawImage(bitmap, 0, 0);
                  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
                  const counts = {};
                  for (let i = 0; i < data.length; i += 4) {
                    const color = `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`;
                    counts[color] = (counts[color] ?? 0) + 1;
                  }
                  const of = (selector, name) => counts[getComputedStyle(document.querySelector(selector))[name]] ?? 0;
                  return { likes: of('.bar .l', 'fill'), ink: of('body', 'color'), ground: of('.card.timeline', 'backgroundColor') };
                }
                """,
                Convert.ToBase64String(bytes));
            colors["likes"].ShouldBeGreaterThan(100);
            colors["ink"].ShouldBeGreaterThan(100);
            colors["ground"].ShouldBeGreaterThan(100_000);
        }

        Troubles.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task On_paper_only_the_numbers_remain()
    {
        await RecordAsync(TestEvent.Views("luna", 7));
        var page = await OpenAsync(theme: ColorScheme.Dark);

        await page.EmulateMediaAsync(new() { Media = Media.Print });

        foreach (var control in (string[])["#windows", "#pause", "#replay", "#search", "#export-csv", "#photos-after"])
        {
            await Expect(page.Locator(control)).ToBeHiddenAsync();
        }

        await Expect(page.Locator("#views")).ToBeVisibleAsync();
        await Expect(page.Locator("#photos-rows")).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(255, 255, 255)");
        (await page.EvaluateAsync<string[]>(PageChecks.FaintText)).ShouldBeEmpty();
    }

    private static Task<string> GetAsync(IPage page, string link) =>
        page.EvaluateAsync<string>("async link => (await fetch(document.querySelector(link).href)).text()", link);
}
