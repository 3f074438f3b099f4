namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>How fast something was.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="EventsPerSecond">Events per second: the median of the rounds.</param>
/// <param name="Rounds">Events per second of each round.</param>
internal sealed record Measurement(string Name, double EventsPerSecond, IReadOnlyList<double> Rounds)
{
    public static Measurement Of(string name, IReadOnlyList<double> rounds) =>
        new(name, rounds.Order().Skip((rounds.Count - 1) / 2).Take(2 - (rounds.Count % 2)).Average(), rounds);
}
