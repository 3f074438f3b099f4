namespace CatFunctions.Core.Photos;

/// <summary>A photo source gave no photos; the message is one line that says why and what to do.</summary>
public sealed class PhotoSourceException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>How long the source asked to be left alone, if it did.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
