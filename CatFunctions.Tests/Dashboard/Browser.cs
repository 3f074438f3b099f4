using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(CatFunctions.Tests.Dashboard.Browser))]

namespace CatFunctions.Tests.Dashboard;

/// <summary>How a page is looked at.</summary>
public sealed record PageOptions(
    ColorScheme Theme = ColorScheme.Light,
    int Width = 1280,
    int Height = 900,
    string TimeZone = "UTC",
    ReducedMotion Motion = ReducedMotion.Reduce);

/// <summary>One Chromium for all browser tests, which starts with the first of them.</summary>
public sealed class Browser : IAsyncDisposable
{
    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _running = new(StartAsync);

    /// <summary>A page with cookies, cache and history of its own.</summary>
    public async Task<IPage> NewPageAsync(PageOptions options)
    {
        var context = await (await _running.Value).Browser.NewContextAsync(new()
        {
            ColorScheme = options.Theme,
            ViewportSize = new() { Width = options.Width, Height = options.Height },
            ReducedMotion = options.Motion,
            Locale = "en-US",
            TimezoneId = options.TimeZone,
        });
        context.SetDefaultTimeout((float)Eventually.Timeout.TotalMilliseconds);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated)
        {
            var (playwright, browser) = await _running.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout((float)Eventually.Timeout.TotalMilliseconds);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium.Path,
            Args = [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync"],
        });
        return (playwright, browser);
    }
}
