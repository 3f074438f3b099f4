namespace CatFunctions.Core.Photos;

/// <summary>Where new photos come from.</summary>
public interface IPhotoSource
{
    /// <summary>Gets some photos: a few, and not always the same.</summary>
    /// <exception cref="PhotoSourceException">None could be had; the message says why.</exception>
    Task<IReadOnlyList<CatPhoto>> GetPhotosAsync(CancellationToken cancellationToken);
}
