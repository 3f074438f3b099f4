using System.Text;
using CatFunctions.Core.Photos;

namespace CatFunctions.Core.Simulation;

/// <summary>A gallery as shown at one moment: which photos a session views, and which of them it likes.</summary>
/// <remarks>
/// A session is shown photos one after the other: at least one, and after each the user goes on with probability
/// q = <see cref="GoesOn"/>. Each is drawn by weight, and one that the session has viewed before is skipped.
/// So a session views photo i, whose share of the weights is w, with probability
/// <c>Σₖ (1−q)qᵏ⁻¹ (1 − (1−w)ᵏ) = w / (1 − q(1−w))</c>, whatever the size of the gallery, and at most once.
/// </remarks>
internal sealed class PhotoFeed
{
    private const double GoesOn = 0.8;

    /// <summary>The half-life of the weight that a photo has because it is new.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    /// <summary>The weight of an old photo, relative to its weight when it was new.</summary>
    private const double LeastFreshness = 0.1;

    private readonly double[] _runningWeights;
    private readonly double[] _appeal;

    public PhotoFeed(Gallery gallery, DateTimeOffset time, long seed)
    {
        var weights = new double[gallery.Photos.Length];
        _appeal = new double[weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            var (photo, addedAt) = gallery.Photos[i];
            (var popularity, _appeal[i]) = PhotoTraits.Of(photo.Id, seed);
            weights[i] = popularity * Freshness(time - addedAt);
        }

        EventsPerSession = ExpectedEvents(weights, _appeal);
        var sum = 0.0;
        _runningWeights = Array.ConvertAll(weights, weight => sum += weight);
    }

    public int PhotoCount => _appeal.Length;

    /// <summary>The expected number of views and likes in a session; exact.</summary>
    public double EventsPerSession { get; }

    /// <summary>The photo that is shown next, seen before or not.</summary>
    public int Next(ref SplitMix64 random)
    {
        // A gallery is small: faster than a binary search.
        var place = random.NextDouble() * _runningWeights[^1];
        var photo = 0;
        while (_runningWeights[photo] <= place)
        {
            photo++;
        }

        return photo;
    }

    /// <summary>Whether a user who views a photo likes it.</summary>
    public bool IsLiked(int photo, ref SplitMix64 random) => random.NextDouble() < _appeal[photo];

    /// <summary>Whether a user wants to be shown another photo.</summary>
    public static bool WantsMore(ref SplitMix64 random) => random.NextDouble() < GoesOn;

    private static double Freshness(TimeSpan age) =>
        LeastFreshness + (1 - LeastFreshness) * double.Exp2(-Math.Max(0, age / HalfLife));

    private static double ExpectedEvents(double[] weights, double[] appeal)
    {
        var total = weights.Sum();
        var expected = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            var share = weights[i] / total;
            expected += share / (1 - GoesOn * (1 - share)) * (1 + appeal[i]);
        }

        return expected;
    }
}

/// <summary>The traits of a photo, which never change: a pure function of the seed and the photo's id.</summary>
/// <param name="Popularity">
/// How often it is shown, relative to others of the same age: 1 to 20, from the Pareto distribution of shape 1 cut off
/// at 20: half of the photos are below 2, and a few far above.
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
    /// FNV-1a, 64 bits (RFC 9923), of the text in UTF-8: unlike <see cref="string.GetHashCode()"/>, the same in every
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
