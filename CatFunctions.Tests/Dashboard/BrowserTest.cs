using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace CatFunctions.Tests.Dashboard;

/// <summary>A test of the page in a browser, over a server and a log of its own.</summary>
public abstract class BrowserTest(Browser browser) : IAsyncLifetime
{
    /// <summary>Why no test can run here; null where they can.</summary>
    internal static string? SkipReason { get; } = Chromium.Path is null
        ? $"There is no Chromium on this machine: install the package {string.Join(" or ", Chromium.Names[..2])}, or name one in the variable CHROMIUM."
        : null;

    /// <summary>The server's clock. It stands still: no event becomes old on a busy machine.</summary>
    private readonly FakeTimeProvider _clock = new(new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero));

    private readonly List<IPage> _pages = [];

    internal DashboardHost Host { get; private set; } = null!;

    /// <summary>What went wrong in the page: errors on its console, exceptions, and boxes that popped up.</summary>
    protected ConcurrentQueue<string> Troubles { get; } = [];

    /// <summary>The address of every request of the page.</summary>
    protected ConcurrentQueue<Uri> Requests { get; } = [];

    public async ValueTask InitializeAsync() => Host = await DashboardHost.StartAsync(_clock);

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages)
        {
            await page.Context.CloseAsync();
        }

        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Records the events of one tick, and moves the server's clock on to when it looks for new ones.</summary>
    private protected async Task RecordAsync(params IEnumerable<TestEvent> events)
    {
        await Host.RecordAsync(events);
        _clock.Advance(LogFollower.ListInterval);
    }

    protected Task<IPage> OpenAsync(
        string path = "", ColorScheme theme = ColorScheme.Light, int width = 1280, Func<IPage, Task>? prepare = null) =>
        OpenAsync(new PageOptions(theme, width), path, prepare);

    /// <param name="options">How to look at it.</param>
    /// <param name="path">What follows the address of the server.</param>
    /// <param name="prepare">What to do before it is loaded.</param>
    /// <param name="isAnswered">Whether to wait until it shows a report.</param>
    protected async Task<IPage> OpenAsync(
        PageOptions options, string path = "", Func<IPage, Task>? prepare = null, bool isAnswered = true)
    {
        var page = await browser.NewPageAsync(options);
        _pages.Add(page);
        page.Console += (_, message) => Note(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"exception: {error}");
        page.Dialog += (_, dialog) => Note(true, $"dialog: {dialog.Message}");
        page.Request += (_, request) => Requests.Enqueue(new(request.Url));
        await (prepare?.Invoke(page) ?? Task.CompletedTask);
        await page.GotoAsync(new Uri(Host.Address, path).ToString());
        if (isAnswered)
        {
            await Assertions.Expect(page.Locator("body")).Not.ToHaveAttributeAsync("data-view", "loading");
        }

        return page;
    }

    /// <summary>A log with something of everything that the page shows.</summary>
    private protected Task RecordSomeAsync() => RecordAsync([
        .. TestEvent.Views("luna", 5),
        .. TestEvent.Views("ember", 3, TimeSpan.FromMinutes(7)),
        .. TestEvent.Rising(new(Photo: "sample-willow", Url: "sample:willow"), new(Photo: "sample-plum", Url: "sample:plum")),
        new(Photo: "sample-luna", Url: "sample:luna", IsLike: true),
        new(Photo: "MTY3ODIyMQ", Url: "sample:nobody", Breed: null)]);

    /// <summary>Gives the page what the server would answer, with something changed.</summary>
    private protected async Task<ReportStub> StubAsync(Action<JsonNode>? change = null)
    {
        await RecordSomeAsync();
        var stub = new ReportStub(await Host.Http.GetStringAsync("api/analytics"));
        stub.Set(change ?? (_ => { }));
        return stub;
    }

    /// <summary>Lets the page's own clock stand still: it asks again only when a test moves it.</summary>
    protected static async Task StopClockAsync(IPage page)
    {
        var start = new DateTime(2026, 11, 22, 7, 30, 15, DateTimeKind.Utc);
        await page.Clock.InstallAsync(new() { TimeDate = start });
        await page.Clock.PauseAtAsync(start.AddMinutes(1));
    }

    /// <summary>Moves a stopped clock on until a text is shown: the page sets a timer only when an answer has come.</summary>
    protected static Task RunUntilAsync(IPage page, string selector, string text) => Eventually.IsTrueAsync(async () =>
    {
        await page.Clock.RunForAsync(100);
        return await page.Locator(selector).InnerTextAsync() == text;
    });

    private void Note(bool isTrouble, string text)
    {
        if (isTrouble)
        {
            Troubles.Enqueue(text);
        }
    }
}
