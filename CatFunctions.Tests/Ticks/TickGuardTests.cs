using CatFunctions.Core.Ticks;

namespace CatFunctions.Tests.Ticks;

public sealed class TickGuardTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TickGuard _watermark = new();

    [Fact]
    public void A_tick_passes_once()
    {
        Pass(Noon).ShouldBeTrue();
        Pass(Noon).ShouldBeFalse();
    }

    [Fact]
    public void The_next_tick_passes()
    {
        Pass(Noon);

        Pass(Noon.AddSeconds(5)).ShouldBeTrue();
    }

    [Fact]
    public void A_tick_before_the_latest_does_not_pass()
    {
        Pass(Noon);

        Pass(Noon.AddSeconds(-5)).ShouldBeFalse();
    }

    [Fact]
    public void Of_many_at_once_one_passes()
    {
        var passed = 0;

        Parallel.For(0, 100, _ => Interlocked.Add(ref passed, Pass(Noon) ? 1 : 0));

        passed.ShouldBe(1);
    }

    private bool Pass(DateTimeOffset scheduledTime) =>
        _watermark.TryPass(new Tick(scheduledTime, TimeSpan.FromSeconds(5)));
}
