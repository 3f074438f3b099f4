using Azure;
using Azure.Identity;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Says in one line what an error of Azure Storage means. Never what was sent: it may hold a key.</summary>
internal static class BlobError
{
    /// <summary>The error for a person to read.</summary>
    /// <param name="exception">What the client has thrown, after its retries.</param>
    /// <param name="what">What could not be done.</param>
    public static EventLogException Describe(Exception exception, string what)
    {
        // After several tries the client throws all their errors; the last one is the newest.
        var last = exception is AggregateException { InnerExceptions: [.., var inner] } ? inner : exception;
        var (reason, nextStep) = last switch
        {
            RequestFailedException { Status: 401 or 403 } refused =>
                ($"it answers {Code(refused)}", "Check the key or SAS of the connection, or give this identity the role Storage Blob Data Contributor."),
            RequestFailedException { Status: 404 } missing =>
                ($"it answers {Code(missing)}", "Check the names of the account and the container."),
            RequestFailedException { Status: >= 500 or 429 } busy =>
                ($"it answers {Code(busy)}", "Try again later."),
            RequestFailedException { Status: > 0 } other =>
                ($"it answers {Code(other)}", "Check that nothing else writes to this container, and what kind of account it is."),
            AuthenticationFailedException =>
                ("this process could not sign in", "Check the managed identity, or sign in with 'az login'."),
            OperationCanceledException =>
                ("it does not answer in time", "Check the network, and try again."),
            _ => (FirstLine(last.Message), "Check the address of the account and the network."),
        };
        return new EventLogException($"{what}: {reason}. {nextStep}", exception);
    }

    private static string Code(RequestFailedException exception) =>
        string.IsNullOrEmpty(exception.ErrorCode) ? $"{exception.Status}" : $"{exception.Status} {exception.ErrorCode}";

    private static string FirstLine(string message) => message.AsSpan().EnumerateLines() switch
    {
        var lines when lines.MoveNext() => lines.Current.TrimEnd(". ").ToString(),
        _ => "",
    };
}
