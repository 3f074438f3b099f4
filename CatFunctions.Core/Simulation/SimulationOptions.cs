using System.Globalization;

namespace CatFunctions.Core.Simulation;

/// <summary>The settings under <c>Simulation</c>.</summary>
public sealed class SimulationOptions
{
    public const string Section = "Simulation";

    public const double MaxEventsPerSecond = 1_000_000;

    /// <summary>
    /// How many events, views and likes together, happen per second on average over a week: above 0, at most
    /// <see cref="MaxEventsPerSecond"/>.
    /// </summary>
    public double EventsPerSecond { get; set; } = 50;

    /// <summary>
    /// The seed of all random numbers. Its default is fixed on purpose: a tick that a host runs twice gives the same bytes,
    /// and a photo keeps its popularity and its appeal across restarts.
    /// </summary>
    public long Seed { get; set; }

    /// <summary>How much users keep to hours and weekdays: from 0, as active at night as by day, to 1.</summary>
    public double Rhythm { get; set; } = 0.5;

    /// <summary>
    /// The share of the sessions that are sent late, as by a phone without a signal, from 0 to 1: their events are in the tick
    /// of their sending, with the earlier time at which they happened.
    /// </summary>
    public double LateShare { get; set; }

    internal IEnumerable<string> Problems()
    {
        if (EventsPerSecond is not (> 0 and <= MaxEventsPerSecond))
        {
            yield return Text($"Simulation:EventsPerSecond is {EventsPerSecond}: set it above 0 and to at most {MaxEventsPerSecond:N0}.");
        }

        if (Rhythm is not (>= 0 and <= 1))
        {
            yield return Text($"Simulation:Rhythm is {Rhythm}: set it from 0 to 1.");
        }

        if (LateShare is not (>= 0 and <= 1))
        {
            yield return Text($"Simulation:LateShare is {LateShare}: set it from 0 to 1.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
