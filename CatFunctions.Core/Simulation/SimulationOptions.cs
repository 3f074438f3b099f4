namespace CatFunctions.Core.Simulation;

/// <summary>The settings of the simulation, section <c>Simulation</c>.</summary>
public sealed class SimulationOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Simulation";

    /// <summary>The highest <see cref="EventsPerSecond"/>.</summary>
    public const double MaxEventsPerSecond = 1_000_000;

    /// <summary>
    /// How many events, views and likes together, happen per second on average: above 0, at most
    /// <see cref="MaxEventsPerSecond"/>. Default 50.
    /// </summary>
    public double EventsPerSecond { get; set; } = 50;

    /// <summary>
    /// The seed of all chance. Default 0, fixed on purpose: a tick that a host runs twice gives the same bytes, and a
    /// photo keeps its popularity and its appeal over restarts.
    /// </summary>
    public long Seed { get; set; }
}
