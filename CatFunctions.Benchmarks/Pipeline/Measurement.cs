namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>How fast something was.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="EventsPerSecond">Events per second: the median of the rounds.</param>
/// <param name="Rounds">Events per second of each round.</param>
internal sealed record Measurement(string Name, double EventsPerSecond, IReadOnlyList<double> Rounds)
{
    public static Measurement Of(string name, IReadOnlyList<double> rounds) =>
        new(name, rounds.Order().ElementAt(rounds.Count / 2), rounds);
}
