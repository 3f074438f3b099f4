using CatFunctions.Core.Photos;

namespace CatFunctions.Core.Simulation;

/// <summary>A photo goes viral: it is suddenly shown far more often than usual, and then less and less so.</summary>
/// <remarks>
/// After a rise of <see cref="Rise"/> what is left of the height after a time t is (1 + t/c)^-1.5: the relaxation after an
/// outside shock as R. Crane and D. Sornette, "Robust dynamic classes revealed by measuring the response function of a social
/// system", PNAS 105 (2008), p. 15649–15653, measured it on YouTube, where the exponent is 1 + θ, θ = 0.4 ± 0.1. With 1.5 it
/// takes a square root instead of a power, which every processor computes to the same bit.
/// </remarks>
/// <param name="PhotoId">The photo.</param>
/// <param name="Start">When it begins.</param>
/// <param name="Height">How often the photo is drawn at the peak, relative to its usual: 12 to 40.</param>
/// <param name="HalfLife">How long after the peak half of that is left: 1 to 3 minutes.</param>
public readonly record struct Moment(string PhotoId, DateTimeOffset Start, double Height, TimeSpan HalfLife)
{
    /// <summary>From the start to the peak.</summary>
    public static readonly TimeSpan Rise = TimeSpan.FromSeconds(15);

    /// <summary>A photo must have been on show for so long: what is new has no usual.</summary>
    public static readonly TimeSpan MinAge = TimeSpan.FromMinutes(10);

    /// <summary>Only photos of at most this popularity, half of all, have moments: more can hardly happen to the others.</summary>
    internal const double MaxPopularity = 2;

    /// <summary>How many moments such a photo has in an hour, on average: a gallery has three to five, about.</summary>
    private const double PerHour = 0.3;

    private const double MinHeight = 12;
    private const double MaxHeight = 40;
    private const int MinHalfLife = 60_000;
    private const int MaxHalfLife = 180_000;

    /// <summary>It is over after so many half-lives, when 2 % is left.</summary>
    private const int HalfLives = 20;

    /// <summary>2^(2/3) - 1: the half-life, in units of c.</summary>
    private const double HalfLifeInC = 0.5874010519681994;

    /// <summary>When it is over.</summary>
    public DateTimeOffset End => Start + Rise + HalfLives * HalfLife;

    /// <summary>How often the photo is drawn, relative to its usual: 1 before and after, <see cref="Height"/> at the peak.</summary>
    public double LiftAt(DateTimeOffset time)
    {
        if (time < Start || time >= End)
        {
            return 1;
        }

        var age = time - Start - Rise;
        if (age < TimeSpan.Zero)
        {
            return 1 + (Height - 1) * ((time - Start) / Rise);
        }

        var x = 1 + HalfLifeInC * (age / HalfLife);
        return 1 + (Height - 1) / (x * Math.Sqrt(x));
    }

    /// <summary>The moments of a photo that are not over before a time and begin before another: at most one begins in an hour.</summary>
    internal static IEnumerable<Moment> Of(GalleryPhoto shown, double popularity, long seed, DateTimeOffset from, DateTimeOffset to)
    {
        if (popularity > MaxPopularity)
        {
            yield break;
        }

        var stream = PhotoTraits.Hash("moments of " + shown.Photo.Id);
        var longest = Rise + HalfLives * TimeSpan.FromMilliseconds(MaxHalfLife);
        var first = Math.Max(0, from.UtcTicks - longest.Ticks) / TimeSpan.TicksPerHour;
        for (var hour = first; hour * TimeSpan.TicksPerHour < to.UtcTicks; hour++)
        {
            var random = SplitMix64.ForStream(seed, stream + (ulong)hour);
            if (random.NextDouble() >= PerHour)
            {
                continue;
            }

            var start = hour * TimeSpan.TicksPerHour + random.NextBelow(3_600_000) * TimeSpan.TicksPerMillisecond;
            var moment = new Moment(
                shown.Photo.Id,
                new DateTimeOffset(start, TimeSpan.Zero),
                MinHeight + random.NextDouble() * (MaxHeight - MinHeight),
                TimeSpan.FromMilliseconds(MinHalfLife + random.NextBelow(MaxHalfLife - MinHalfLife)));
            if (moment.Start < to && moment.End > from && moment.Start - MinAge >= shown.AddedAt)
            {
                yield return moment;
            }
        }
    }
}
