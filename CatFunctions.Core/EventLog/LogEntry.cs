namespace CatFunctions.Core.EventLog;

/// <summary>A record and what the validator made of it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Reason">Why it is no event; null if it is one.</param>
internal readonly record struct LogEntry(ConsumedRecord Record, string? Reason);
