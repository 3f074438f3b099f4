namespace CatFunctions.Core.Photos;

/// <summary>Where new photos come from.</summary>
public interface IPhotoSource
{
    /// <summary>Gets a few photos, not always the same ones.</summary>
    /// <exception cref="PhotoSourceException">There are none; the message says why.</exception>
    Task<IReadOnlyList<CatPhoto>> GetPhotosAsync(CancellationToken cancellationToken);
}

/// <summary>A cat photo, from TheCatAPI or the bundled sample.</summary>
/// <param name="Id">Its id: URL-safe characters only.</param>
/// <param name="Url">Where the image is: an absolute https address, or <c>sample:NAME</c> for a bundled drawing.</param>
/// <param name="Breed">The name of the cat's breed, if known.</param>
/// <param name="Width">Width in pixels, if known.</param>
/// <param name="Height">Height in pixels, if known.</param>
public sealed record CatPhoto(string Id, string Url, string? Breed = null, int? Width = null, int? Height = null);

/// <summary>A photo source returned no photos; the message is one line that says why and what to do.</summary>
public sealed class PhotoSourceException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>How long the source asked to wait before the next call, if it did.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Where the gallery's photos come from.</summary>
public enum PhotoMode
{
    /// <summary>TheCatAPI; the bundled sample, with a warning, until it answers for the first time.</summary>
    Auto,

    /// <summary>TheCatAPI only.</summary>
    Live,

    /// <summary>The bundled sample; nothing is fetched.</summary>
    Sample,
}
