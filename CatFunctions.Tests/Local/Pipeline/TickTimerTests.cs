using System.Globalization;
using CatFunctions.Core.Ticks;
using CatFunctions.Local.Pipeline;

namespace CatFunctions.Tests.Local.Pipeline;

public sealed class TickTimerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(At("07:30:12.345").AddTicks(6789));
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<Tick> _ticks;

    public TickTimerTests() =>
        _ticks = new TickTimer(TickSchedule.Parse("*/5 * * * * *"), _clock).TicksAsync(_stop.Token).GetAsyncEnumerator();

    public async ValueTask DisposeAsync()
    {
        await _ticks.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task The_first_tick_comes_at_once_and_covers_one_period() =>
        (await NextAsync()).ShouldBe(new Tick(At("07:30:12.345"), TimeSpan.FromSeconds(5)));

    [Fact]
    public async Task The_second_tick_comes_at_the_next_occurrence_and_covers_the_time_since_the_first()
    {
        await NextAsync();
        var next = NextAsync();

        _clock.Advance(TimeSpan.FromSeconds(2.65));
        next.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.01));

        (await next).ShouldBe(new Tick(At("07:30:15"), TimeSpan.FromMilliseconds(2655)));
    }

    [Fact]
    public async Task An_occurrence_less_than_a_second_after_the_first_tick_is_left_to_the_next()
    {
        _clock.Advance(At("07:30:14.500") - _clock.GetUtcNow());
        await NextAsync();
        var next = NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(6));

        (await next).ShouldBe(new Tick(At("07:30:20"), TimeSpan.FromSeconds(5.5)));
    }

    [Fact]
    public async Task A_tick_that_takes_longer_than_its_period_makes_the_next_one_late_but_whole()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");

        _clock.Advance(TimeSpan.FromSeconds(8));

        (await NextAsync()).ShouldBe(new Tick(At("07:30:20"), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Missed_occurrences_are_left_out_and_the_tick_after_them_covers_one_period()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");

        _clock.Advance(TimeSpan.FromHours(3) + TimeSpan.FromSeconds(2));

        (await NextAsync()).ShouldBe(new Tick(At("10:30:15"), TimeSpan.FromSeconds(5)));
        await TickAtAsync("10:30:20");
    }

    [Fact]
    public async Task A_clock_that_is_set_back_repeats_no_tick()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");

        _clock.AdjustTime(_clock.GetUtcNow().AddSeconds(-10));
        await TickAtAsync("07:30:20");
    }

    [Fact]
    public async Task A_stop_ends_the_wait()
    {
        await NextAsync();
        var next = NextAsync();

        await _stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(next);
    }

    private static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse($"2026-11-22T{time}Z", CultureInfo.InvariantCulture);

    private async Task<Tick> NextAsync()
    {
        (await _ticks.MoveNextAsync()).ShouldBeTrue();
        return _ticks.Current;
    }

    private async Task TickAtAsync(string time)
    {
        var next = NextAsync();
        _clock.Advance(At(time).AddMilliseconds(1) - _clock.GetUtcNow());
        (await next).ScheduledTime.ShouldBe(At(time));
    }
}
