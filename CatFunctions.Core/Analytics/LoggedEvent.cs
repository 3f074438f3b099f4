using CatFunctions.Core.Events;

namespace CatFunctions.Core.Analytics;

/// <summary>What the analytics need of an event. Its texts are UTF-8 without JSON escapes.</summary>
internal readonly ref struct LoggedEvent
{
    public EventId Id { get; init; }

    /// <summary>How many events the tick has.</summary>
    public int TickSize { get; init; }

    /// <summary>Whether the user liked the photo; else the user viewed it.</summary>
    public bool IsLike { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }

    public ReadOnlySpan<byte> PhotoId { get; init; }

    public ReadOnlySpan<byte> PhotoUrl { get; init; }

    /// <summary>The cat's breed; empty if it is not known.</summary>
    public ReadOnlySpan<byte> Breed { get; init; }

    public ReadOnlySpan<byte> UserId { get; init; }
}
