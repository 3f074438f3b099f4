namespace CatFunctions.Core.Photos;

/// <summary>Keeps the gallery fresh from a photo source.</summary>
public sealed class GalleryKeeper
{
    /// <summary>The gallery of this moment, refreshed first if it is due.</summary>
    /// <exception cref="PhotoSourceException">There is no photo at all, neither new nor old.</exception>
    public Task<Gallery> GetAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
