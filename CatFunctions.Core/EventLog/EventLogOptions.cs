namespace CatFunctions.Core.EventLog;

/// <summary>The settings of the section <c>EventLog</c>.</summary>
public sealed class EventLogOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "EventLog";

    /// <summary>The folder that holds the log.</summary>
    public string? Directory { get; set; }
}
