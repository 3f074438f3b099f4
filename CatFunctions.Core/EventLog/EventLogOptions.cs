namespace CatFunctions.Core.EventLog;

/// <summary>
/// The settings of the section <c>EventLog</c>: where the log is, of which exactly one is set, and how long it is kept.
/// </summary>
public sealed class EventLogOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "EventLog";

    /// <summary>
    /// The connection to the storage account, in the style of Azure Functions: either this setting is a connection string,
    /// or <c>EventLogStorage:blobServiceUri</c> is the account's address, with <c>:credential</c> and <c>:clientId</c>.
    /// </summary>
    public const string Storage = "EventLogStorage";

    /// <summary>The folder that holds the log.</summary>
    public string? Directory { get; set; }

    /// <summary>
    /// The container that holds the log, in the storage account of the connection <c>EventLogStorage</c>: 3 to 63
    /// lower-case letters, digits and single hyphens.
    /// </summary>
    public string? Container { get; set; }

    /// <summary>
    /// How long an hour of the log is kept at least, 1 hour or more; for ever if not set. Keep it longer than Kafka
    /// keeps the topic: what is delivered again when its hour is gone is stored again.
    /// </summary>
    public TimeSpan? RetainFor { get; set; }
}
