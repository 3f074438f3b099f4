namespace CatFunctions.Core.EventLog.Storage;

/// <summary>The logs, each a folder under the same root.</summary>
public static class LogNames
{
    /// <summary>The events.</summary>
    public const string Events = "events";

    /// <summary>The records that are no events, with the reason.</summary>
    public const string DeadLetters = "dead-letters";

    /// <summary>Which dead letters were produced again, and where to.</summary>
    public const string Replays = "replays";
}
