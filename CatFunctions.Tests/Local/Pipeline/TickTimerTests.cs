using System.Diagnostics.Metrics;
using CatFunctions.Core.Telemetry;
using CatFunctions.Local;
using CatFunctions.Local.Pipeline;
using CatFunctions.Local.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.Local.Pipeline;

public sealed class TickTimerTests : IAsyncDisposable
{
    private readonly SettableClock _clock = new(At("07:30:12.345").AddTicks(6789));
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ILoggerFactory _logging;
    private readonly LineWriter _output = new();
    private readonly PipelineStatus _status;
    private readonly IAsyncEnumerator<Tick> _ticks;
    private Task<Tick>? _pending;

    public TickTimerTests()
    {
        _status = new PipelineStatus(_clock);
        _logging = LoggerFactory.Create(logging =>
            logging.AddProvider(new TerminalLoggerProvider(new TerminalOutput(_output, _output, getWidth: null))));
        _ticks = Start("*/5 * * * * *");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_pending is { } pending)
        {
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _ticks.DisposeAsync();
        _stop.Dispose();
        _logging.Dispose();
        await _output.DisposeAsync();
        await _services.DisposeAsync();
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
        _status.MissedTicks.ShouldBe(0);
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
    public async Task Each_missed_tick_counts_and_they_are_reported_once_a_minute()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");
        foreach (var end in (string[])["07:30:32", "07:30:47", "07:31:34", "07:31:47"])
        {
            _clock.Advance(At(end) - _clock.GetUtcNow());
            await NextAsync();
        }

        // 20 and 25; 35 and 40; 50, 55, … and 25; 35 and 40.
        _status.MissedTicks.ShouldBe(2 + 2 + 8 + 2);
        _output.Lines.ShouldBe(
        [
            "warning: Missed ticks: 2. Producing a tick takes longer than the schedule allows: lower --rate, or choose a --schedule with fewer ticks.",
            "warning: Missed ticks: 10. Producing a tick takes longer than the schedule allows: lower --rate, or choose a --schedule with fewer ticks.",
        ]);
    }

    [Fact]
    public async Task Ticks_that_are_missed_while_the_process_is_stopped_are_not_blamed_on_the_schedule()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");
        var next = NextAsync();
        _clock.Advance(At("07:30:47") - _clock.GetUtcNow());

        (await next).ShouldBe(new Tick(At("07:30:45"), TimeSpan.FromSeconds(5)));
        _status.MissedTicks.ShouldBe(5);
        _output.Lines.ShouldBe(["warning: Missed ticks: 5. This process was stopped, as by Ctrl+Z, or was given no processor time."]);
    }

    [Fact]
    public async Task Missed_ticks_of_both_causes_are_reported_apart()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");
        _clock.Advance(At("07:30:32") - _clock.GetUtcNow());
        await NextAsync();
        var next = NextAsync();
        _clock.Advance(At("07:30:47") - _clock.GetUtcNow());
        await next;
        _clock.Advance(At("07:31:34") - _clock.GetUtcNow());
        await NextAsync();

        // 20 and 25; while it was stopped 35 and 40; 50, 55, … and 25.
        _output.Lines.ShouldBe(
        [
            "warning: Missed ticks: 2. Producing a tick takes longer than the schedule allows: lower --rate, or choose a --schedule with fewer ticks.",
            "warning: Missed ticks: 8. Producing a tick takes longer than the schedule allows: lower --rate, or choose a --schedule with fewer ticks.",
            "warning: Missed ticks: 2. This process was stopped, as by Ctrl+Z, or was given no processor time.",
        ]);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_repeats_no_tick()
    {
        await NextAsync();
        await TickAtAsync("07:30:15");

        _clock.Set(TimeSpan.FromSeconds(-10));
        await TickAtAsync("07:30:20");
    }

    [Fact]
    public async Task A_clock_that_is_set_back_by_an_hour_and_right_again_stops_no_ticks_and_repeats_none()
    {
        var ticks = new List<Tick> { await NextAsync() };
        await RunAsync(ticks, periods: 3);

        _clock.Set(TimeSpan.FromHours(-1));
        await RunAsync(ticks, periods: 3);
        _clock.Set(TimeSpan.FromHours(1));
        await RunAsync(ticks, periods: 3);

        ticks.Select(tick => tick.ScheduledTime).ShouldBe(
        [
            At("07:30:12.345"), At("07:30:15"), At("07:30:20"), At("07:30:25"),
            At("06:30:30.001"), At("06:30:35.001"), At("06:30:40.001"),
            At("07:30:45"), At("07:30:50"), At("07:30:55"),
        ]);
        ticks.Skip(2).ShouldAllBe(tick => tick.Interval == TimeSpan.FromSeconds(5));
        _status.MissedTicks.ShouldBe(0);
        _output.Lines.ShouldBe(
        [
            "warning: The clock was set back by 01:00:00. The ticks follow it.",
            "warning: The clock was set ahead by 01:00:00, or this machine slept. There are no ticks for that time.",
        ]);
    }

    [Fact]
    public async Task A_clock_that_is_set_a_day_ahead_and_right_again_stops_no_ticks_and_goes_on_unchanged_a_day_later()
    {
        var ticks = new List<Tick> { await NextAsync() };
        await RunAsync(ticks, periods: 1);

        _clock.Set(TimeSpan.FromDays(1));
        await RunAsync(ticks, periods: 2);
        _clock.Set(TimeSpan.FromDays(-1));
        await RunAsync(ticks, periods: 1);
        _pending ??= NextAsync();
        await AdvanceAsync(TimeSpan.FromDays(1), _pending);
        await RunAsync(ticks, periods: 2);

        ticks.Select(tick => tick.ScheduledTime).ShouldBe(
        [
            At("07:30:12.345"), At("07:30:15"),
            At("07:30:20").AddDays(1), At("07:30:25").AddDays(1),
            At("07:30:30.001"),
            At("07:30:30").AddDays(1), At("07:30:35").AddDays(1), At("07:30:40").AddDays(1),
        ]);
    }

    [Fact]
    public async Task However_often_the_clock_is_set_no_two_ticks_have_the_same_time()
    {
        var random = new Random(20261122);
        var ticks = new List<Tick> { await NextAsync() };
        for (var i = 0; i < 200; i++)
        {
            _clock.Set(TimeSpan.FromSeconds(random.Next(-40, 40)));
            await RunAsync(ticks, periods: random.Next(1, 5));
        }

        ticks.Select(tick => tick.ScheduledTime).ShouldBeUnique();
        ticks.Count.ShouldBeGreaterThan(400);
        ticks.ShouldAllBe(tick => tick.Interval > TimeSpan.Zero && tick.Interval <= TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_while_the_timer_waits_for_an_hour_is_noticed_within_a_minute()
    {
        await using var hourly = Start("0 0 * * * *");
        (await hourly.MoveNextAsync()).ShouldBeTrue();
        var next = hourly.MoveNextAsync().AsTask();
        next.IsCompleted.ShouldBeFalse();

        _clock.Set(TimeSpan.FromHours(-2));
        for (var minute = 0; minute < 30; minute++)
        {
            await AdvanceAsync(TimeSpan.FromMinutes(1), next);
        }

        (await next).ShouldBeTrue();
        hourly.Current.ShouldBe(new Tick(At("06:00:00"), TimeSpan.FromHours(1)));
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

    private IAsyncEnumerator<Tick> Start(string schedule) =>
        new TickTimer(
            TickSchedule.Parse(schedule),
            _status,
            new PipelineMetrics(_services.GetRequiredService<IMeterFactory>(), _clock),
            _clock,
            _logging.CreateLogger<TickTimer>()).TicksAsync(_stop.Token).GetAsyncEnumerator();

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

    /// <summary>Lets so many periods pass, in steps of a second, and adds the ticks that come.</summary>
    private async Task RunAsync(List<Tick> ticks, int periods)
    {
        for (var second = 0; second < 5 * periods; second++)
        {
            _pending ??= NextAsync();
            await AdvanceAsync(TimeSpan.FromSeconds(1), _pending);
            if (_pending.IsCompleted)
            {
                ticks.Add(await _pending);
                _pending = null;
            }
        }
    }

    /// <summary>Lets time pass until the timer has its next tick, or waits again.</summary>
    private async Task AdvanceAsync(TimeSpan time, Task next)
    {
        var (fired, created) = (_clock.FiredTimers, _clock.CreatedTimers);
        _clock.Advance(time);
        while (_clock.FiredTimers > fired && _clock.CreatedTimers == created && !next.IsCompleted)
        {
            await Task.Yield();
        }
    }

    /// <summary>A clock that can be set: the time of the day then differs, but no time passes for those who wait.</summary>
    private sealed class SettableClock(DateTimeOffset start) : TimeProvider
    {
        private readonly FakeTimeProvider _inner = new(start);
        private TimeSpan _difference;
        private int _createdTimers;
        private int _firedTimers;

        public int CreatedTimers => Volatile.Read(ref _createdTimers);

        public int FiredTimers => Volatile.Read(ref _firedTimers);

        public override long TimestampFrequency => _inner.TimestampFrequency;

        public void Set(TimeSpan difference) => _difference += difference;

        public void Advance(TimeSpan time) => _inner.Advance(time);

        public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + _difference;

        public override long GetTimestamp() => _inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = _inner.CreateTimer(Fire, state, dueTime, period);
            Interlocked.Increment(ref _createdTimers);
            return timer;

            void Fire(object? value)
            {
                Interlocked.Increment(ref _firedTimers);
                callback(value);
            }
        }
    }
}
