using CatFunctions.Tests.Analytics;

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
        await using var stats = LocalHostProcess.Start(["stats", "--data", _log.Root, "--top", "3"]);

        (await stats.WaitForExitAsync()).ShouldBe(0, string.Join('\n', stats.Errors));

        stats.Output[0].ShouldStartWith("all: 1 views, 1 likes (100.0 %), 1 viewers");
        stats.Output[1].ShouldContain("2 recorded, 0 dead-lettered, 0 missing");
        foreach (var title in new[] { "Most viewed", "Most liked", "Best rated", "Trending", "Breeds" })
        {
            stats.Output.ShouldContain(line => line.Contains(title, StringComparison.Ordinal));
        }

        stats.Output.Count(line => line.Contains("tom", StringComparison.Ordinal)).ShouldBe(3);
        stats.Output.Count(line => line.Contains("Bengal", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public async Task Texts_that_would_control_the_terminal_are_shown_as_text()
    {
        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), "[red]\u001b[31mtom\u202e", Breed: "\u0007\n")]);
        await using var stats = LocalHostProcess.Start(["stats", "--data", _log.Root]);

        (await stats.WaitForExitAsync()).ShouldBe(0, string.Join('\n', stats.Errors));

        stats.Output.ShouldContain(line => line.Contains("[red]\ufffd[31mtom\ufffd", StringComparison.Ordinal));
        stats.Output.ShouldAllBe(line => !line.Any(char.IsControl));
    }

    [Fact]
    public async Task Watching_continues_until_it_is_asked_to_stop()
    {
        await using var stats = LocalHostProcess.Start(["stats", "--watch", "--data", _log.Root]);
        await stats.WaitForOutputAsync("no events yet");

        await _log.RecordAsync([new TestEvent(_log.Clock.GetUtcNow(), "tom")]);
        await stats.WaitForOutputAsync("1 recorded");
        await stats.TerminateAsync();

        (await stats.WaitForExitAsync()).ShouldBe(0, string.Join('\n', stats.Errors));
    }
}
