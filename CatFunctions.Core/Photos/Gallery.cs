using System.Collections.Immutable;

namespace CatFunctions.Core.Photos;

/// <summary>The photos on show: the newest <see cref="Capacity"/>, newest first. A snapshot that never changes.</summary>
public sealed record Gallery(ImmutableArray<GalleryPhoto> Photos)
{
    /// <summary>How many photos a gallery keeps.</summary>
    public const int Capacity = 50;

    /// <summary>A gallery without photos.</summary>
    public static Gallery Empty { get; } = new(ImmutableArray<GalleryPhoto>.Empty);
}
