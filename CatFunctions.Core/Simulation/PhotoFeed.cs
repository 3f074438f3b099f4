using System.Text;
using CatFunctions.Core.Photos;

namespace CatFunctions.Core.Simulation;

/// <summary>What a gallery shows to users during a tick: which photos a session views, and which of them it likes.</summary>
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

    private readonly Gallery _gallery;
    private readonly double[] _popularity;
    private readonly double[] _likes;
    private readonly double[] _likesInZone;
    private readonly List<(int Photo, Moment Moment)> _moments = [];
    private readonly double[] _runningWeights;
    private readonly double[] _eventsPerSession = new double[Rhythm.Zones.Length];

    /// <param name="gallery">The photos: at least one.</param>
    /// <param name="from">The first moment of the tick.</param>
    /// <param name="to">The end of the tick.</param>
    public PhotoFeed(Gallery gallery, Audience audience, long seed, DateTimeOffset from, DateTimeOffset to)
    {
        _gallery = gallery;
        _popularity = new double[PhotoCount];
        _runningWeights = new double[PhotoCount];
        _likes = new double[PhotoCount * Audience.Groups];
        _likesInZone = new double[PhotoCount * Rhythm.Zones.Length];
        for (var photo = 0; photo < PhotoCount; photo++)
        {
            var shown = gallery.Photos[photo];
            (_popularity[photo], var appeal) = PhotoTraits.Of(shown.Photo.Id, seed);
            _moments.AddRange(Moment.Of(shown, _popularity[photo], seed, from, to).Select(moment => (photo, moment)));
            var tastes = audience.TastesFor(shown.Photo.Breed, seed);
            for (var group = 0; group < Audience.Groups; group++)
            {
                var likes = Math.Min(1, appeal * tastes[group]);
                _likes[photo * Audience.Groups + group] = likes;
                for (var zone = 0; zone < Rhythm.Zones.Length; zone++)
                {
                    _likesInZone[photo * Rhythm.Zones.Length + zone] += likes * audience.ShareOf(zone, group) / audience.ShareOf(zone);
                }
            }
        }

        MoveTo(from);
    }

    public int PhotoCount => _gallery.Photos.Length;

    /// <summary>Shows the gallery as it is at a time.</summary>
    public void MoveTo(DateTimeOffset time)
    {
        for (var photo = 0; photo < PhotoCount; photo++)
        {
            _runningWeights[photo] = _popularity[photo] * Freshness(time - _gallery.Photos[photo].AddedAt);
        }

        foreach (var (photo, moment) in _moments)
        {
            _runningWeights[photo] *= moment.LiftAt(time);
        }

        var sum = 0.0;
        foreach (ref var weight in _runningWeights.AsSpan())
        {
            weight = sum += weight;
        }

        Array.Clear(_eventsPerSession);
        for (var photo = 0; photo < PhotoCount; photo++)
        {
            var share = (_runningWeights[photo] - (photo == 0 ? 0 : _runningWeights[photo - 1])) / sum;
            var views = share / (1 - GoesOn * (1 - share));
            for (var zone = 0; zone < _eventsPerSession.Length; zone++)
            {
                _eventsPerSession[zone] += views * (1 + _likesInZone[photo * Rhythm.Zones.Length + zone]);
            }
        }
    }

    /// <summary>The expected number of views and likes in a session of a zone; exact.</summary>
    public double EventsPerSession(int zone) => _eventsPerSession[zone];

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

    /// <summary>Whether a user of a group who views a photo likes it.</summary>
    public bool IsLiked(int photo, int group, ref SplitMix64 random) => random.NextDouble() < _likes[photo * Audience.Groups + group];

    /// <summary>Whether a user wants to be shown another photo.</summary>
    public static bool WantsMore(ref SplitMix64 random) => random.NextDouble() < GoesOn;

    // Between whole half-lives linear rather than exponential: the same bits on every processor.
    private static double Freshness(TimeSpan age)
    {
        var halfLives = Math.Clamp(age / HalfLife, 0, 1_000);
        var whole = (int)halfLives;
        return LeastFreshness + (1 - LeastFreshness) * double.ScaleB(1 - (halfLives - whole) / 2, -whole);
    }
}

/// <summary>The traits of a photo, which never change: a pure function of the seed and the photo's id.</summary>
/// <param name="Popularity">
/// How often it is shown, relative to others of the same age: 1 to 20, from the Pareto distribution of shape 1 cut off
/// at 20: half of the photos are below 2, and a few far above.
/// </param>
/// <param name="Appeal">The chance that a view is followed by a like, over all users: 0.02 to 0.60, uniform.</param>
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
