namespace CatFunctions.Core.Simulation;

/// <summary>
/// A small random number generator whose numbers never change: those of <see cref="Random"/> may differ between versions of
/// .NET, even for the same seed.
/// </summary>
/// <remarks>
/// SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with
/// the constants of S. Vigna's reference code, https://prng.di.unimi.it/splitmix64.c.
/// </remarks>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for each stream of a seed.</summary>
    public static SplitMix64 ForStream(long seed, ulong stream) => new(Mix(Mix((ulong)seed) + stream));

    public ulong Next() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in [0, <paramref name="bound"/>).</summary>
    public long NextBelow(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number of the exponential distribution with mean 1: a gap of a Poisson process of rate 1.</summary>
    /// <remarks>
    /// J. von Neumann, "Various techniques used in connection with random digits", 1951. It only compares, where a logarithm may
    /// differ in its last bit from one machine to another: a run of descending numbers that begins with x has an odd length with
    /// probability e^-x.
    /// </remarks>
    public double NextExponential()
    {
        for (var whole = 0; ; whole++)
        {
            var first = NextDouble();
            var isOdd = true;
            for (double last = first, next; (next = NextDouble()) < last; last = next)
            {
                isOdd = !isOdd;
            }

            if (isOdd)
            {
                return whole + first;
            }
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
