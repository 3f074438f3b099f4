namespace CatFunctions.Core.Simulation;

/// <summary>One thing that one user did with one photo.</summary>
/// <param name="Kind">What the user did.</param>
/// <param name="Photo">The photo: its index in the gallery.</param>
/// <param name="UserId">The user's number, from 1; a newcomer's is above <see cref="Simulator.Regulars"/>.</param>
/// <param name="Time">When it happened, in UTC, to the millisecond.</param>
public readonly record struct Interaction(InteractionKind Kind, int Photo, int UserId, DateTimeOffset Time);

public enum InteractionKind
{
    Viewed,

    /// <summary>Follows a view of the same photo in the same session.</summary>
    Liked,
}
