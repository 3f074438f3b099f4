using System.Diagnostics;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Local.Terminal;
using CatFunctions.Tests.Analytics;
using Spectre.Console;

namespace CatFunctions.Tests.Local.Cli;

public sealed class StatsCommandTests : IDisposable
{
    private readonly CatLog _log = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task The_leaderboards_of_a_log_are_shown()
    {
        var now = _log.Clock.GetUtcNow();
        await _log.RecordAsync([new TestEvent(now, "tom", Breed: "Bengal"), new TestEvent(now, "tom", Breed: "Bengal", IsLike: true, Tick: now.AddSeconds(1))]);
        var output = await LocalHostProcess.RunAsync("stats", "--data", _log.Root, "--top", "3");

        output[0].ShouldStartWith("1h: 1 views, 1 likes (100.0 %), 1 viewers");
        output[1].ShouldContain("2 recorded, 0 dead-lettered, 0 missing");
        foreach (var title in new[] { "Most viewed", "Most liked", "Best rated", "Trending", "Breeds" })
        {
            output.ShouldContain(line => line.Contains(title, StringComparison.Ordinal));
        }

        output.Count(line => line.Contains("tom", StringComparison.Ordinal)).ShouldBe(3);
        output.Count(line => line.Contains("Bengal", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public async Task Every_board_has_as_many_rows_as_were_asked_for()
    {
        var now = _log.Clock.GetUtcNow();
        await _log.RecordAsync([new TestEvent(now, "tom", Breed: "Bengal"), new TestEvent(now, "kit", Breed: "Siamese", Tick: now.AddSeconds(1))]);
        var output = await LocalHostProcess.RunAsync("stats", "--data", _log.Root, "--top", "1");

        // Among the most viewed and among the breeds: nothing is liked and nothing rises.
        output.Count(line => line.Contains("Bengal", StringComparison.Ordinal) || line.Contains("Siamese", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task The_json_is_that_of_the_page_in_one_line()
    {
        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), "tom", Breed: "Bengal")]);
        var output = await LocalHostProcess.RunAsync("stats", "--data", _log.Root, "--window", "15m", "--json");

        using var report = JsonDocument.Parse(output.ShouldHaveSingleItem());
        report.RootElement.EnumerateObject().Select(property => property.Name).ShouldBe(
            ["window", "generatedAt", "from", "totals", "timeline", "leaderboards", "breeds", "health", "limits", "to", "since", "isRead", "isExact", "previous", "breedCount", "recent"]);
        report.RootElement.GetProperty("window").GetString().ShouldBe("15m");
        report.RootElement.GetProperty("leaderboards").GetProperty("mostViewed")[0].GetProperty("photoId").GetString().ShouldBe("tom");
    }

    [Theory]
    [InlineData(24, 10, 1)]
    [InlineData(50, 10, 5)]
    [InlineData(100, 10, 10)]
    [InlineData(0, 10, 1)]
    public void On_a_terminal_there_are_as_many_rows_as_fit(int height, int top, int rows) =>
        StatsView.TopFor(height, top).ShouldBe(rows);

    [Theory]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(79)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task Boards_are_as_wide_as_the_terminal_and_numbers_are_whole(int width)
    {
        var now = _log.Clock.GetUtcNow();
        await _log.RecordAsync([.. Enumerable.Range(0, 1234).Select(i => new TestEvent(now, "MTY3ODIyMQ", Breed: "Norwegian Forest Cat", Tick: now.AddSeconds(i)))]);
        using var analytics = new AnalyticsService(_log.Store, _log.Clock);
        var report = await analytics.GetAsync(AnalyticsWindow.All, 10, CancellationToken.None);
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;

        console.Write(StatsView.Of(report, 10, width));

        var lines = output.ToString().Split('\n');
        lines.ShouldAllBe(line => line.Length <= width);
        lines.Count(line => line.Contains("1,234", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Texts_that_would_control_the_terminal_are_shown_as_text()
    {
        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), "[red]\u001b[31mtom\u202e", Breed: "\u0007\n")]);
        var output = await LocalHostProcess.RunAsync("stats", "--data", _log.Root);

        output.ShouldContain(line => line.Contains("[red]\ufffd[31mtom\ufffd", StringComparison.Ordinal));
        output.ShouldAllBe(line => !line.Any(char.IsControl));
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--top=3")]
    public async Task Watching_ends_when_nobody_reads_it_any_more(string option)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "{ dotnet \"$@\"; echo \"ended with $?\" >&2; } | head -n 1", "sh",
                LocalHostProcess.ProgramPath, "stats", "--watch", option, "--data", _log.Root,
            },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;

        (await shell.StandardError.ReadToEndAsync().WaitAsync(Eventually.Timeout)).ShouldBe("ended with 0\n");
    }

    [Fact]
    public async Task Watching_continues_until_it_is_asked_to_stop()
    {
        await using var stats = LocalHostProcess.Start(["stats", "--watch", "--data", _log.Root]);
        await stats.WaitForOutputAsync("no events yet");

        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), "tom")]);
        await stats.WaitForOutputAsync("1 recorded");
        await stats.StopAsync();
    }
}
