namespace CatFunctions.Local;

/// <summary>What was asked for makes no sense; the message is one line that says what to do. Exit code 2.</summary>
internal sealed class UsageException(string message, Exception? innerException = null)
    : Exception(message, innerException);
