namespace CatFunctions.Core.Simulation;

/// <summary>How active users are, by the hour and the weekday where they live; 1 is the mean over a week.</summary>
/// <remarks>
/// Low before dawn, highest in the evening, and higher at weekends: daily and weekly regularities like those that S. A. Golder,
/// D. M. Wilkinson and B. A. Huberman, "Rhythms of Social Interaction", Communities and Technologies 2007, found. Between full
/// hours it is linear, so no hour begins with a step. The time zones have no daylight saving time, and none of them comes from
/// the machine: every machine gives the same.
/// </remarks>
internal static class Rhythm
{
    /// <summary>Over a stretch between two multiples of it, in UTC, the rhythm of every zone is linear.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);

    /// <summary>Where users live: the offset from UTC, and the share of the users.</summary>
    public static readonly (TimeSpan Offset, double Share)[] Zones =
    [
        (TimeSpan.FromHours(-8), 0.15),
        (TimeSpan.FromHours(-5), 0.25),
        (TimeSpan.FromHours(1), 0.35),
        (new TimeSpan(5, 30, 0), 0.10),
        (TimeSpan.FromHours(9), 0.15),
    ];

    /// <summary>The activity at each full hour of a day.</summary>
    private static readonly double[] Day =
    [
        0.60, 0.40, 0.28, 0.20, 0.18, 0.22, 0.35, 0.60, 0.85, 0.95, 1.00, 1.05,
        1.15, 1.15, 1.05, 1.00, 1.05, 1.15, 1.30, 1.50, 1.65, 1.70, 1.45, 1.00,
    ];

    /// <summary>The activity of each day of a week, from Monday.</summary>
    private static readonly double[] Week = [0.92, 0.92, 0.94, 0.96, 1.00, 1.14, 1.12];

    /// <summary>The activity at each full hour of a week, whose mean is 1, from Monday 00:00.</summary>
    private static readonly double[] Hours = Normalized([.. Week.SelectMany(_ => Day, (day, hour) => day * hour)]);

    /// <summary>The activity in a zone at a time: 1 always where <paramref name="strength"/> is 0, all of the rhythm where it is 1.</summary>
    public static double At(DateTimeOffset time, int zone, double strength)
    {
        // The first day of the year 1 was a Monday.
        var local = time.UtcTicks + TimeSpan.TicksPerDay * 7 + Zones[zone].Offset.Ticks;
        var (hour, rest) = Math.DivRem(local % (TimeSpan.TicksPerDay * 7), TimeSpan.TicksPerHour);
        var (before, after) = (Hours[hour], Hours[(hour + 1) % Hours.Length]);
        var activity = before + (after - before) * ((double)rest / TimeSpan.TicksPerHour);
        return 1 + strength * (activity - 1);
    }

    private static double[] Normalized(double[] hours)
    {
        var mean = hours.Sum() / hours.Length;
        return [.. hours.Select(hour => hour / mean)];
    }
}
