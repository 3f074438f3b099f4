using System.Globalization;

namespace CatFunctions.Core.Simulation;

/// <summary>The settings under <c>Simulation</c>.</summary>
public sealed class SimulationOptions
{
    public const string Section = "Simulation";

    public const double MaxEventsPerSecond = 1_000_000;

    /// <summary>
    /// How many events, views and likes together, happen per second on average: above 0, at most
    /// <see cref="MaxEventsPerSecond"/>.
    /// </summary>
    public double EventsPerSecond { get; set; } = 50;

    /// <summary>
    /// The seed of all random numbers. Its default is fixed on purpose: a tick that a host runs twice gives the same bytes,
    /// and a photo keeps its popularity and its appeal across restarts.
    /// </summary>
    public long Seed { get; set; }

    internal IEnumerable<string> Problems() =>
        EventsPerSecond is > 0 and <= MaxEventsPerSecond
            ? []
            : [string.Create(CultureInfo.InvariantCulture,
                $"Simulation:EventsPerSecond is {EventsPerSecond}: set it above 0 and to at most {MaxEventsPerSecond:N0}.")];
}
