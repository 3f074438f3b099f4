namespace CatFunctions.Core.Photos;

/// <summary>Where the gallery's photos come from.</summary>
public enum PhotoMode
{
    /// <summary>TheCatAPI; the bundled sample stands in, with a warning, for as long as it has not answered.</summary>
    Auto,

    /// <summary>TheCatAPI and nothing else.</summary>
    Live,

    /// <summary>The bundled sample; nothing is fetched.</summary>
    Sample,
}
