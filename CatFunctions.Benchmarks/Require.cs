namespace CatFunctions.Benchmarks;

/// <summary>What must hold, or a figure would mean nothing.</summary>
internal static class Require
{
    /// <exception cref="InvalidOperationException">The two are not equal.</exception>
    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"This benchmark must be adapted: {actual} instead of {expected}.");
        }
    }
}
