using CatFunctions.Core.Photos;

namespace CatFunctions.Core.Simulation;

/// <summary>One thing that one user did with one photo.</summary>
/// <param name="Kind">What the user did.</param>
/// <param name="Photo">The photo.</param>
/// <param name="UserId">The user's number.</param>
/// <param name="Time">When it happened, in UTC, to the millisecond.</param>
public readonly record struct Interaction(InteractionKind Kind, CatPhoto Photo, int UserId, DateTimeOffset Time);
