using System.Collections.Concurrent;
using CatFunctions.Core.Analytics;
using Microsoft.Playwright;

namespace CatFunctions.Tests.Dashboard;

/// <summary>A test of the page in a browser, over a server and a log of its own.</summary>
public abstract class BrowserTest(Browser browser) : IAsyncLifetime
{
    /// <summary>Why no test can run here; null where they can.</summary>
    internal static string? SkipReason { get; } = Chromium.Path is null
        ? "There is no Chromium on this machine: install the package chromium, or name one in the variable CHROMIUM."
        : null;

    /// <summary>The server's clock. It stands still: no event becomes old on a busy machine.</summary>
    private readonly FakeTimeProvider _clock = new(new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero));

    internal DashboardHost Host { get; private set; } = null!;

    /// <summary>What went wrong in the page: errors on its console, exceptions, and boxes that popped up.</summary>
    protected ConcurrentQueue<string> Troubles { get; } = [];

    /// <summary>The address of every request of the page.</summary>
    protected ConcurrentQueue<Uri> Requests { get; } = [];

    public async ValueTask InitializeAsync() => Host = await DashboardHost.StartAsync(_clock);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Records the events of one tick, and moves the server's clock on to when it looks for new ones.</summary>
    private protected async Task RecordAsync(params IEnumerable<TestEvent> events)
    {
        await Host.RecordAsync(events);
        _clock.Advance(LogFollower.ListInterval);
    }

    protected async Task<IPage> OpenAsync(
        string path = "", ColorScheme theme = ColorScheme.Light, int width = 1280, Func<IPage, Task>? prepare = null)
    {
        var page = await browser.NewPageAsync(theme, width);
        page.Console += (_, message) => Note(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"exception: {error}");
        page.Dialog += (_, dialog) => Note(true, $"dialog: {dialog.Message}");
        page.Request += (_, request) => Requests.Enqueue(new(request.Url));
        await (prepare?.Invoke(page) ?? Task.CompletedTask);
        await page.GotoAsync(new Uri(Host.Address, path).ToString());
        await Assertions.Expect(page.Locator("body")).Not.ToHaveAttributeAsync("data-view", "loading");
        return page;
    }

    private void Note(bool isTrouble, string text)
    {
        if (isTrouble)
        {
            Troubles.Enqueue(text);
        }
    }
}
