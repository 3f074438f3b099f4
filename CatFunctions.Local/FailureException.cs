namespace CatFunctions.Local;

/// <summary>It cannot be done; the message is one line that says why and what to do. Exit code 1.</summary>
internal sealed class FailureException(string message, Exception? innerException = null)
    : Exception(message, innerException);
