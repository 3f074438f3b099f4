namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>How many times as fast one measurement is as another one of the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Times">Above 1, it is faster than the reference.</param>
internal sealed record Ratio(string Name, string Reference, double Times)
{
    public static Ratio Of(Measurement measured, Measurement reference) =>
        new(measured.Name, reference.Name, measured.EventsPerSecond / reference.EventsPerSecond);
}
