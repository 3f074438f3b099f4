using System.Globalization;
using NCrontab;

namespace CatFunctions.Core.Ticks;

/// <summary>One firing of the timer, which stands for the interval that ends with it.</summary>
/// <param name="ScheduledTime">The time the timer was due, in UTC.</param>
/// <param name="Interval">The time since the tick before.</param>
public readonly record struct Tick(DateTimeOffset ScheduledTime, TimeSpan Interval)
{
    /// <summary>The start of the interval: the first moment at which one of its interactions can happen.</summary>
    public DateTimeOffset Start => ScheduledTime - Interval;

    /// <summary>The form of a tick's name, of a time in UTC.</summary>
    internal const string NameFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    /// <summary>The name of a tick, with which the ids of its events begin.</summary>
    public static string NameOf(DateTimeOffset scheduledTime) =>
        scheduledTime.UtcDateTime.ToString(NameFormat, CultureInfo.InvariantCulture);
}

/// <summary>
/// When ticks are due: a six-field NCRONTAB expression, seconds first, as the Functions timer reads it.
/// Its fields are read in the UTC offset of the time that is passed to it.
/// </summary>
public sealed class TickSchedule
{
    /// <summary>The Functions timer allows for a clock skew of less than a second when it fires.</summary>
    private static readonly TimeSpan EarlyFiring = TimeSpan.FromMilliseconds(500);

    private readonly CrontabSchedule _schedule;

    private TickSchedule(CrontabSchedule schedule) => _schedule = schedule;

    /// <exception cref="FormatException">It is not a schedule; the message is one line that says what to do.</exception>
    public static TickSchedule Parse(string expression)
    {
        var fields = string.Join(' ', expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = true };
        return CrontabSchedule.TryParse(
            expression,
            options,
            schedule => Occurs(schedule)
                ? new TickSchedule(schedule)
                : throw new FormatException($"'{expression}' never occurs: no year has such a day."),
            exception => throw new FormatException($"'{expression}' is not a schedule: {Advice(fields, exception().Message)}"));
    }

    /// <summary>The tick that a timer fires for: the same one however late or often it fires.</summary>
    /// <param name="now">When the timer fires.</param>
    /// <param name="due">
    /// The occurrence that the timer says is due; null if it does not say. An occurrence in the future does not count:
    /// a timer that is started by hand fires again for the latest tick.
    /// </param>
    public Tick TickFor(DateTimeOffset now, DateTimeOffset? due = null)
    {
        var latest = now + EarlyFiring;
        return Latest(due < latest ? due.Value : latest);
    }

    /// <summary>The first occurrence after a moment, in UTC.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset moment) =>
        new DateTimeOffset(_schedule.GetNextOccurrence(moment.DateTime), moment.Offset).ToUniversalTime();

    private static string Advice(string fields, string problem) => (fields, fields.Split(' ').Length) switch
    {
        (['@', ..], _) when Nickname(fields) is { } equal => $"write '{equal}' for {fields}.",
        (_, 5) when CrontabSchedule.TryParse(fields) is not null =>
            $"its first field must be the second; write '0 {fields}' for what it means to cron.",
        (_, 6) => $"{problem.TrimEnd('.')}.",
        _ => "give six NCRONTAB fields, such as '*/5 * * * * *' for every 5 seconds.",
    };

    /// <summary>What a nickname of cron stands for.</summary>
    private static string? Nickname(string name) => name.ToLowerInvariant() switch
    {
        "@yearly" or "@annually" => "0 0 0 1 1 *",
        "@monthly" => "0 0 0 1 * *",
        "@weekly" => "0 0 0 * * 0",
        "@daily" or "@midnight" => "0 0 0 * * *",
        "@hourly" => "0 0 * * * *",
        _ => null,
    };

    private Tick Latest(DateTimeOffset moment)
    {
        var occurrence = OccurrenceBefore(moment.DateTime.AddTicks(1));
        var scheduledTime = new DateTimeOffset(occurrence, moment.Offset).ToUniversalTime();
        return new Tick(scheduledTime, occurrence - OccurrenceBefore(occurrence));
    }

    private DateTime OccurrenceBefore(DateTime end)
    {
        var window = TimeSpan.FromMinutes(1);
        DateTime? found;
        while ((found = _schedule.GetNextOccurrences(end - window, end).Cast<DateTime?>().LastOrDefault()) is null)
        {
            window *= 2;
        }

        return found.Value;
    }

    /// <summary>Some expressions never occur, such as the 30th of February.</summary>
    private static bool Occurs(CrontabSchedule schedule) =>
        schedule.GetNextOccurrences(new DateTime(2000, 1, 1), new DateTime(2028, 1, 1)).Any();
}

/// <summary>
/// Lets each tick pass once. A timer may fire twice for one tick, when it is late by nearly the whole interval or is started
/// by hand, and the events of the second time would have the ids of the first.
/// </summary>
public sealed class TickGuard
{
    /// <summary>How many ticks it remembers.</summary>
    public const int Capacity = 1_000;

    private readonly Lock _lock = new();
    private readonly HashSet<DateTimeOffset> _passed = [];
    private readonly Queue<DateTimeOffset> _inOrder = [];

    /// <summary>Whether the tick is not one of those that have passed; then it has passed too.</summary>
    public bool TryPass(Tick tick)
    {
        lock (_lock)
        {
            if (!_passed.Add(tick.ScheduledTime))
            {
                return false;
            }

            _inOrder.Enqueue(tick.ScheduledTime);
            if (_inOrder.Count > Capacity)
            {
                _passed.Remove(_inOrder.Dequeue());
            }

            return true;
        }
    }
}
