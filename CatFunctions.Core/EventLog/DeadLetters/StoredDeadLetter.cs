using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>A dead letter as the log holds it.</summary>
/// <param name="Generation">The generation of the topic that it is of.</param>
/// <param name="Letter">The dead letter.</param>
/// <param name="IsReplayed">Whether it was produced again.</param>
public sealed record StoredDeadLetter(int Generation, DeadLetter Letter, bool IsReplayed)
{
    /// <summary>Whether the validator of today takes its value for an event.</summary>
    public bool IsEventNow => Letter.Value is { } value && CatEventValidator.Validate(value) is null;
}
