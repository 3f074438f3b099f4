namespace CatFunctions.Core.Events;

/// <summary>The values of the <c>type</c> attribute.</summary>
public static class CatEventTypes
{
    /// <summary>A user looked at a photo.</summary>
    public const string Viewed = "catfunctions.photo.viewed";

    /// <summary>A user liked a photo.</summary>
    public const string Liked = "catfunctions.photo.liked";
}
