using System.Collections.Immutable;

namespace CatFunctions.Core.Photos;

/// <summary>The photos on show: the newest <see cref="Capacity"/>, newest first. A snapshot that never changes.</summary>
public sealed record Gallery(ImmutableArray<GalleryPhoto> Photos)
{
    /// <summary>How many photos a gallery keeps.</summary>
    public const int Capacity = 50;

    /// <summary>A gallery without photos.</summary>
    public static Gallery Empty { get; } = new(ImmutableArray<GalleryPhoto>.Empty);

    /// <summary>
    /// The gallery with some more photos. One that is on show already stays where it is, as it is, for as long as it
    /// would have: being found again does not make it new.
    /// </summary>
    public Gallery Add(IEnumerable<CatPhoto> photos, DateTimeOffset now)
    {
        var known = Photos.Select(shown => shown.Photo.Id).ToHashSet();
        var added = photos.Where(photo => known.Add(photo.Id)).Select(photo => new GalleryPhoto(photo, now));
        return new([.. added.Concat(Photos).Take(Capacity)]);
    }
}
