namespace CatFunctions.Core.EventLog;

/// <summary>The log cannot be read or written; the message is one line that says why and what to do.</summary>
public sealed class EventLogException(string message, Exception? innerException = null)
    : Exception(message, innerException);
