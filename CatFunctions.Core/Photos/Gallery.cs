using System.Collections.Immutable;

namespace CatFunctions.Core.Photos;

/// <summary>The photos on show: the newest <see cref="Capacity"/>, newest first. An immutable snapshot.</summary>
public sealed record Gallery(ImmutableArray<GalleryPhoto> Photos)
{
    public const int Capacity = 50;

    public static Gallery Empty { get; } = new(ImmutableArray<GalleryPhoto>.Empty);

    /// <summary>
    /// The gallery with more photos. One that is already on show keeps its place and its age: fetching it again does
    /// not make it new.
    /// </summary>
    public Gallery Add(IEnumerable<CatPhoto> photos, DateTimeOffset now)
    {
        var known = Photos.Select(shown => shown.Photo.Id).ToHashSet();
        var added = photos.Where(photo => known.Add(photo.Id)).Select(photo => new GalleryPhoto(photo, now));
        return new([.. added.Concat(Photos).Take(Capacity)]);
    }
}

/// <summary>A photo on show.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="AddedAt">When it was added to the gallery; it is new then.</param>
public sealed record GalleryPhoto(CatPhoto Photo, DateTimeOffset AddedAt);
