namespace CatFunctions.Local;

/// <summary>The command cannot do its work. The message is one line that says why and what to do. Exit code 1.</summary>
internal sealed class FailureException(string message, Exception? innerException = null)
    : Exception(message, innerException);

/// <summary>An argument or a setting is wrong. The message is one line that says what to do. Exit code 2.</summary>
internal sealed class UsageException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether a setting is wrong, so that the user needs to know where settings come from.</summary>
    public bool IsAboutSetting { get; private init; }

    /// <summary>A setting is wrong.</summary>
    public static UsageException OfSetting(string message, Exception? innerException = null) =>
        new(message, innerException) { IsAboutSetting = true };
}
