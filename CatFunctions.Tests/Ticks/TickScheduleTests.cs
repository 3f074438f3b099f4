namespace CatFunctions.Tests.Ticks;

public sealed class TickScheduleTests
{
    private static readonly TickSchedule EveryFiveSeconds = TickSchedule.Parse("*/5 * * * * *");

    [Theory]
    [InlineData("07:30:15.000", null, "07:30:15", "a timer that is punctual")]
    [InlineData("07:30:15.020", null, "07:30:15", "a timer that is a little late")]
    [InlineData("07:30:14.950", null, "07:30:15", "a timer that is a little early")]
    [InlineData("07:30:19.400", null, "07:30:15", "a timer that is late by most of the interval")]
    [InlineData("07:41:17.300", "07:30:15", "07:30:15", "an occurrence that was missed keeps its own time and interval")]
    [InlineData("07:30:17", "07:30:20", "07:30:15", "a timer that was started by hand fires for the latest tick")]
    [InlineData("07:30:19.990", "07:30:20", "07:30:20", "a timer that fires early fires for the occurrence that is due")]
    public void A_timer_fires_for_the_occurrence_and_not_for_the_moment(string now, string? due, string scheduled, string because) =>
        EveryFiveSeconds.TickFor(At(now), due is null ? null : At(due)).ShouldBe(new Tick(At(scheduled), TimeSpan.FromSeconds(5)), because);

    [Fact]
    public void Intervals_may_differ_from_tick_to_tick()
    {
        var schedule = TickSchedule.Parse("0 0 8,20,22 * * *");

        schedule.TickFor(At("20:00:00")).Interval.ShouldBe(TimeSpan.FromHours(12));
        schedule.TickFor(At("22:00:00")).Interval.ShouldBe(TimeSpan.FromHours(2));
        schedule.TickFor(At("08:00:00")).Interval.ShouldBe(TimeSpan.FromHours(10));
    }

    [Fact]
    public void A_schedule_is_read_in_the_offset_of_the_clock_and_ticks_are_in_utc()
    {
        var atSevenLocalTime = TickSchedule.Parse("0 0 7 * * *");
        var now = new DateTimeOffset(2026, 11, 22, 7, 0, 0, 10, TimeSpan.FromHours(5.5));

        var tick = atSevenLocalTime.TickFor(now);

        tick.ShouldBe(new Tick(At("01:30:00"), TimeSpan.FromDays(1)));
        tick.ScheduledTime.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_schedule_may_be_as_rare_as_a_leap_day()
    {
        var tick = TickSchedule.Parse("0 0 0 29 2 *").TickFor(At("07:30:15"));

        tick.ScheduledTime.ShouldBe(new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero));
        tick.Start.ShouldBe(new DateTimeOffset(2020, 2, 29, 0, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("")]
    [InlineData("every day")]
    [InlineData("00:00:05")]
    [InlineData("@fortnightly")]
    [InlineData("* * * *")]
    public void What_is_not_a_schedule_is_refused_with_what_to_do(string expression) =>
        ErrorOf(expression).ShouldBe($"'{expression}' is not a schedule: give six NCRONTAB fields, such as '*/5 * * * * *' for every 5 seconds.");

    [Theory]
    [InlineData("@yearly", "0 0 0 1 1 *")]
    [InlineData("@annually", "0 0 0 1 1 *")]
    [InlineData("@monthly", "0 0 0 1 * *")]
    [InlineData("@weekly", "0 0 0 * * 0")]
    [InlineData("@daily", "0 0 0 * * *")]
    [InlineData("@Midnight", "0 0 0 * * *")]
    [InlineData(" @hourly ", "0 0 * * * *")]
    public void A_nickname_of_cron_is_refused_with_the_fields_that_it_stands_for(string nickname, string fields)
    {
        ErrorOf(nickname).ShouldBe($"'{nickname}' is not a schedule: write '{fields}' for {nickname.Trim()}.");
        Should.NotThrow(() => TickSchedule.Parse(fields));
    }

    [Theory]
    [InlineData("*/5 * * * *", "0 */5 * * * *")]
    [InlineData("0  7 * * MON", "0 0 7 * * MON")]
    public void Five_fields_as_of_cron_are_refused_with_the_six_that_they_mean(string expression, string fields) =>
        ErrorOf(expression).ShouldBe(
            $"'{expression}' is not a schedule: its first field must be the second; write '{fields}' for what it means to cron.");

    [Theory]
    [InlineData("0 0 0 31 2 *")]
    [InlineData("0 0 0 30 2 *")]
    [InlineData("0 0 0 31 4,6,9,11 *")]
    public void A_day_that_no_year_has_is_the_reason(string expression) =>
        ErrorOf(expression).ShouldBe($"'{expression}' never occurs: no year has such a day.");

    [Fact]
    public void A_value_that_a_field_cannot_have_is_the_reason() =>
        ErrorOf("99 * * * * *").ShouldStartWith("'99 * * * * *' is not a schedule: 99 is higher than the maximum allowable value");

    private static string ErrorOf(string expression) => Should.Throw<FormatException>(() => TickSchedule.Parse(expression)).Message;

    private static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse($"2026-11-22T{time}Z", CultureInfo.InvariantCulture);
}
