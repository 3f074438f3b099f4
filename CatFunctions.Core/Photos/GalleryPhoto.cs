namespace CatFunctions.Core.Photos;

/// <summary>A photo on show.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="AddedAt">When it came into the gallery; its freshness counts from here.</param>
public sealed record GalleryPhoto(CatPhoto Photo, DateTimeOffset AddedAt);
