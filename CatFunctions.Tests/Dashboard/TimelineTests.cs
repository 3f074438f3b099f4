using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CatFunctions.Tests.Dashboard;

/// <summary>The chart of views and likes over time.</summary>
public sealed class TimelineTests(Browser browser) : BrowserTest(browser)
{
    private const string Labels =
        """
        () => [...document.querySelectorAll('#plot .axis text[data-time]')].map(text => {
          const { left, right } = text.getBoundingClientRect();
          const plot = document.getElementById('plot').getBoundingClientRect();
          return { time: text.dataset.time, text: text.textContent, x: Number(text.getAttribute('x')), left: left - plot.left, right: right - plot.left };
        })
        """;

    private static readonly int[] Steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720];

    /// <summary>On ordinary days, and on those on which a zone changes its clocks.</summary>
    [BrowserTheory]
    [InlineData("UTC", "2026-11-22")]
    [InlineData("Asia/Kolkata", "2026-11-22")]
    [InlineData("Asia/Kathmandu", "2026-11-22")]
    [InlineData("Europe/Paris", "2026-11-22", "2026-03-29", "2026-10-25")]
    [InlineData("America/Los_Angeles", "2026-11-22", "2026-03-08", "2026-11-01")]
    public async Task Labels_are_round_times_by_the_clocks_of_the_zone_at_every_width(string zone, params string[] days)
    {
        var stub = await StubAsync();
        var page = await OpenAsync(new PageOptions(TimeZone: zone), prepare: stub.AnswerAsync);
        foreach (var width in (int[])[1440, 320])
        {
            await page.SetViewportSizeAsync(width, 900);
            foreach (var day in days)
            {
                var end = DateTime.Parse($"{day}T15:37:00Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
                foreach (var (minutes, bucket) in ((int, int)[])[(15, 1), (60, 1), (24 * 60, 5), (20 * 24 * 60, 180)])
                {
                    await stub.ShowAsync(page, report => SetTimeline(report, end.AddMinutes(-minutes), end, bucket));
                    var labels = (await page.EvaluateAsync<JsonElement>(Labels)).EnumerateArray().Select(Label.Of).ToArray();
                    CheckLabels(
                        labels,
                        TimeZoneInfo.FindSystemTimeZoneById(zone),
                        await page.Locator("#plot").EvaluateAsync<int>("plot => plot.clientWidth"),
                        $"{zone} {day} {minutes} min at {width}");
                }
            }
        }
    }

    [BrowserFact]
    public async Task The_zone_is_named_and_can_be_UTC_and_is_kept_in_the_address()
    {
        var stub = await StubAsync(PageStates.Of("degraded"));
        var page = await OpenAsync(new PageOptions(TimeZone: "Asia/Kathmandu"), prepare: stub.AnswerAsync);
        await Expect(page.Locator("#zone-local")).ToHaveTextAsync(new Regex("^Asia/Kath?mandu, UTC\\+5:45$"));
        await Expect(page.Locator("#incomplete-ticks li span").First).ToHaveTextAsync("Nov 22, 01:00:00 PM");
        await Expect(page.Locator("#footer-text")).ToContainTextAsync(new Regex("01:15:[0-9]{2} PM"));

        await page.GetByRole(AriaRole.Radio, new() { Name = "UTC", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("zone=utc$"));
        await Expect(page.Locator("#incomplete-ticks li span").First).ToHaveTextAsync("Nov 22, 07:15:00 AM");
        await Expect(page.Locator("#footer-text")).ToContainTextAsync("07:30:17 AM");
        (await page.EvaluateAsync<JsonElement>(Labels)).EnumerateArray().Select(Label.Of).ShouldContain(label => label.Text == "07:00 AM");

        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "UTC", Exact = true })).ToBeCheckedAsync();
        await page.GoBackAsync();
        await Expect(page.Locator("#zones input").First).ToBeCheckedAsync();
        await Expect(page.Locator("#footer-text")).ToContainTextAsync(new Regex("01:15:[0-9]{2} PM"));
    }

    [BrowserFact]
    public async Task A_log_that_is_younger_than_the_window_says_since_when()
    {
        var stub = await StubAsync(PageStates.Of("young"));
        var page = await OpenAsync(prepare: stub.AnswerAsync);

        await Expect(page.Locator("#views-note")).ToHaveTextAsync(new Regex("^since (Nov 22, )?07:22 AM$"));
        await Expect(page.Locator(".region.before text")).ToHaveTextAsync("Before the log began");
        await Expect(page.Locator("#plot .bar")).ToHaveCountAsync(15);
    }

    [BrowserFact]
    public async Task The_first_and_the_last_bar_say_that_they_are_not_whole()
    {
        var stub = await StubAsync(report =>
            SetTimeline(report, new(2026, 11, 21, 7, 32, 0, DateTimeKind.Utc), new(2026, 11, 22, 7, 32, 0, DateTimeKind.Utc), 5));
        var page = await OpenAsync(prepare: stub.AnswerAsync);
        var slider = page.GetByRole(AriaRole.Slider);
        await Expect(page.Locator(".bar.open")).ToHaveCountAsync(2);

        await slider.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", new Regex("so far$"));
        await Expect(page.Locator("#readout i")).ToHaveTextAsync("so far");
        await page.Keyboard.PressAsync("Home");
        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", new Regex("in part$"));
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", new Regex("likes$"));
    }

    [BrowserFact]
    public async Task A_gap_in_the_data_is_not_zero_and_is_annotated()
    {
        var stub = await StubAsync(PageStates.Of("degraded"));
        var page = await OpenAsync(prepare: stub.AnswerAsync);

        await Expect(page.Locator(".region.outage rect")).ToBeVisibleAsync();
        await Expect(page.Locator(".flag.missing text")).ToHaveTextAsync("12 events missing");
        await Expect(page.Locator("#timeline-summary")).ToContainTextAsync("No event for 10 min: 07:02 AM – 07:12 AM. 12 events missing: 07:15 AM");
        await page.Locator("#timeline-details summary").ClickAsync();
        foreach (var (minute, views, remark) in ((string, string, string)[])[
            ("07:05 AM", "–", "No event for 10 min"), ("07:13 AM", "0", ""), ("07:15 AM", "0", "12 events missing")])
        {
            var row = page.Locator("#timeline-rows tr").Filter(new() { HasTextRegex = new Regex($"^{minute}") });
            await Expect(row.Locator("td")).ToHaveTextAsync([views, views, remark]);
        }

        // Zero is a line, a gap nothing.
        var heights = await page.EvaluateAsync<double[]>(
            "[...document.querySelectorAll('#plot .bar')].map(bar => Number(bar.querySelector('.v').getAttribute('height'))).filter(height => height < 2)");
        heights.Count(height => height == 0).ShouldBe(10);
        heights.Count(height => height == 1.5).ShouldBeGreaterThan(20);
    }

    [BrowserFact]
    public async Task What_is_not_read_yet_is_not_zero()
    {
        var stub = await StubAsync(PageStates.Of("reading"));
        var page = await OpenAsync(prepare: stub.AnswerAsync);

        await Expect(page.Locator(".region.unread text")).ToHaveTextAsync("Not read yet");
        await page.Locator("#timeline-details summary").ClickAsync();
        var row = page.Locator("#timeline-rows tr").Filter(new() { HasTextRegex = new Regex("^07:05 AM") });
        await Expect(row.Locator("td")).ToHaveTextAsync(["–", "–", "Not read yet"]);
        await Expect(page.Locator("#views-note")).ToHaveTextAsync("in the last hour, as far as it is read");
    }

    private static void SetTimeline(JsonNode report, DateTime from, DateTime to, int minutes)
    {
        var ticks = TimeSpan.FromMinutes(minutes).Ticks;
        var buckets = new JsonArray();
        for (var start = new DateTime(from.Ticks / ticks * ticks, DateTimeKind.Utc); start < to; start = start.AddMinutes(minutes))
        {
            buckets.Add(new JsonObject { ["start"] = start, ["views"] = 40, ["likes"] = 4, ["previousViews"] = null });
        }

        report["from"] = from;
        report["to"] = to.AddMinutes(1);
        report["generatedAt"] = to;
        report["timeline"] = new JsonObject { ["bucketSeconds"] = minutes * 60, ["buckets"] = buckets, ["marks"] = new JsonArray() };
    }

    private static void CheckLabels(Label[] labels, TimeZoneInfo zone, int width, string name)
    {
        labels.Length.ShouldBeGreaterThan(0, name);
        var walls = labels.Select(label => TimeZoneInfo.ConvertTimeFromUtc(label.Time, zone)).ToArray();
        foreach (var (label, wall) in labels.Zip(walls))
        {
            label.Text.ShouldBe(wall.ToString(wall.TimeOfDay == TimeSpan.Zero ? "MMM d" : "hh:mm tt", CultureInfo.InvariantCulture), name);
            label.Left.ShouldBeGreaterThanOrEqualTo(0, name);
            label.Right.ShouldBeLessThanOrEqualTo(width, name);
        }

        foreach (var (one, next) in labels.Zip(labels.Skip(1)))
        {
            next.Left.ShouldBeGreaterThan(one.Right, name);
        }

        if (walls.Length > 1)
        {
            var step = (int)walls.Zip(walls.Skip(1)).Min(pair => pair.Second - pair.First).TotalMinutes;
            (Steps.Contains(step) || step % 1440 == 0).ShouldBeTrue($"{name}: {step} min");
            walls.ShouldAllBe(wall => wall.TimeOfDay.TotalMinutes % Math.Min(step, 1440) == 0, name);
        }

        // One scale: as far apart as their times are.
        foreach (var (one, next) in labels.Skip(1).Zip(labels.Skip(2)))
        {
            var scale = (labels[1].X - labels[0].X) / (labels[1].Time - labels[0].Time).TotalMinutes;
            ((next.X - one.X) / (next.Time - one.Time).TotalMinutes).ShouldBe(scale, scale / 20, name);
        }
    }

    private sealed record Label(DateTime Time, string Text, double X, double Left, double Right)
    {
        public static Label Of(JsonElement label) => new(
            label.GetProperty("time").GetDateTime(),
            label.GetProperty("text").GetString()!.Replace('\u202f', ' '),
            label.GetProperty("x").GetDouble(),
            label.GetProperty("left").GetDouble(),
            label.GetProperty("right").GetDouble());
    }
}
