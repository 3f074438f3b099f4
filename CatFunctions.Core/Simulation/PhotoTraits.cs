using System.Text;

namespace CatFunctions.Core.Simulation;

/// <summary>What a photo is like, for all of its life: a pure function of the seed and the photo's id.</summary>
/// <param name="Popularity">
/// How often it is shown, relative to others of the same age: 1 to 20, of the Pareto distribution of shape 1 cut off at
/// 20, so that half of the photos lie below 2 and a few far above.
/// </param>
/// <param name="Appeal">The chance that a user who views it likes it: 0.02 to 0.60, uniform.</param>
internal readonly record struct PhotoTraits(double Popularity, double Appeal)
{
    private const double MaxPopularity = 20;
    private const double MinAppeal = 0.02;
    private const double MaxAppeal = 0.60;

    public static PhotoTraits Of(string photoId, long seed)
    {
        var random = SplitMix64.ForStream(seed, Hash(photoId));
        return new PhotoTraits(
            Popularity: 1 / (1 - random.NextDouble() * (1 - 1 / MaxPopularity)),
            Appeal: MinAppeal + random.NextDouble() * (MaxAppeal - MinAppeal));
    }

    /// <summary>
    /// FNV-1a, 64 bits (RFC 9923), of the text in UTF-8: unlike <see cref="string.GetHashCode()"/> the same in every
    /// process.
    /// </summary>
    internal static ulong Hash(string text)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ octet) * 0x100000001b3;
        }

        return hash;
    }
}
