namespace CatFunctions.Core.Simulation;

/// <summary>What a user did with a photo.</summary>
public enum InteractionKind
{
    /// <summary>Looked at it.</summary>
    Viewed,

    /// <summary>Liked it, after having looked at it in the same session.</summary>
    Liked,
}
