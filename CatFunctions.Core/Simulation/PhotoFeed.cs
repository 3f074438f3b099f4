using CatFunctions.Core.Photos;

namespace CatFunctions.Core.Simulation;

/// <summary>A gallery as it is shown at one moment: which photos a session gets to see, and how they please.</summary>
/// <remarks>
/// A session is shown photos one after the other: at least one, and after each the user goes on with probability
/// q = <see cref="GoesOn"/>. Each is drawn by weight, and one that the session has viewed before is scrolled past.
/// So a session views photo i, whose share of the weights is w, with probability
/// <c>Σₖ (1−q)qᵏ⁻¹ (1 − (1−w)ᵏ) = w / (1 − q(1−w))</c>, whatever the size of the gallery, and at most once.
/// </remarks>
internal sealed class PhotoFeed
{
    private const double GoesOn = 0.8;

    /// <summary>A photo's novelty is worth half as much after this time …</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    /// <summary>… and what is left in the end is this part of a new photo's weight.</summary>
    private const double LeastFreshness = 0.1;

    private readonly AliasTable _photos;
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

        _photos = new AliasTable(weights);
        EventsPerSession = ExpectedEvents(weights, _appeal);
    }

    public int PhotoCount => _appeal.Length;

    /// <summary>The expected number of views and likes in a session; exact.</summary>
    public double EventsPerSession { get; }

    /// <summary>The photo that is shown next, seen before or not.</summary>
    public int Next(ref SplitMix64 random) => _photos.Draw(ref random);

    /// <summary>Whether a user who views a photo likes it.</summary>
    public bool Pleases(int photo, ref SplitMix64 random) => random.NextDouble() < _appeal[photo];

    /// <summary>Whether a user wants to be shown another photo.</summary>
    public static bool HoldsOn(ref SplitMix64 random) => random.NextDouble() < GoesOn;

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
