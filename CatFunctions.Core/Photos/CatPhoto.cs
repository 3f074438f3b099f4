namespace CatFunctions.Core.Photos;

/// <summary>A cat photo, as TheCatAPI or the bundled sample gives it.</summary>
/// <param name="Id">Its id: URL-safe characters only.</param>
/// <param name="Url">Where the image is: an absolute https address, or <c>sample:NAME</c> for a bundled drawing.</param>
/// <param name="Breed">The name of the cat's breed, if known.</param>
/// <param name="Width">Width in pixels, if known.</param>
/// <param name="Height">Height in pixels, if known.</param>
public sealed record CatPhoto(string Id, string Url, string? Breed = null, int? Width = null, int? Height = null);
