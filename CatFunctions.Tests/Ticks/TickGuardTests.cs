namespace CatFunctions.Tests.Ticks;

public sealed class TickGuardTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TickGuard _guard = new();

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
    public void Ticks_pass_after_a_clock_that_was_ahead_is_right_again()
    {
        Pass(Noon);
        Pass(Noon.AddDays(1));

        Pass(Noon.AddSeconds(5)).ShouldBeTrue();
        Pass(Noon).ShouldBeFalse();
        Pass(Noon.AddDays(1)).ShouldBeFalse();
    }

    [Fact]
    public void Only_the_last_ticks_are_remembered()
    {
        for (var i = 0; i <= TickGuard.Capacity; i++)
        {
            Pass(Noon.AddSeconds(i));
        }

        Pass(Noon.AddSeconds(1)).ShouldBeFalse();
        Pass(Noon).ShouldBeTrue();
    }

    [Fact]
    public void Of_many_at_once_one_passes()
    {
        var passed = 0;

        Parallel.For(0, 100, _ => Interlocked.Add(ref passed, Pass(Noon) ? 1 : 0));

        passed.ShouldBe(1);
    }

    private bool Pass(DateTimeOffset scheduledTime) =>
        _guard.TryPass(new Tick(scheduledTime, TimeSpan.FromSeconds(5)));
}
