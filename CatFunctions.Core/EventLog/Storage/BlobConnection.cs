using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// The connection to the storage account, in the style of Azure Functions: either the setting <c>EventLogStorage</c>
/// is a connection string, or <c>EventLogStorage:blobServiceUri</c> is the account's address and this process's
/// identity signs in, as <c>:credential</c> (<c>managedidentity</c>) and <c>:clientId</c> say.
/// See https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection.
/// </summary>
internal static class BlobConnection
{
    private const string Connection = EventLogOptions.Storage;

    /// <summary>The container, which need not exist yet.</summary>
    /// <exception cref="EventLogException">The connection is not set, or not well.</exception>
    public static BlobContainerClient Connect(IConfiguration configuration, string container)
    {
        var connection = configuration.GetSection(Connection);
        var address = connection["blobServiceUri"];
        return (string.IsNullOrWhiteSpace(connection.Value), string.IsNullOrWhiteSpace(address)) switch
        {
            (true, true) => throw new EventLogException(
                $"EventLog:Container is set, but {Connection} is missing: set it to a connection string of Azure Storage, "
                + $"or set {Connection}:blobServiceUri to the address of the account."),
            (false, false) => throw new EventLogException(
                $"{Connection} and {Connection}:blobServiceUri are both set: remove one of them."),
            (false, true) => Parse(connection.Value!).GetBlobContainerClient(container),
            (true, false) => new BlobServiceClient(ParseAddress(address!), CredentialOf(connection), Options())
                .GetBlobContainerClient(container),
        };
    }

    /// <summary>
    /// The way to talk to the account: a try that is not answered within 20 s is given up, and four more are made within
    /// about 15 s of pauses. Whoever records then tries again, and meanwhile says what is wrong.
    /// </summary>
    public static BlobClientOptions Options() => new()
    {
        Retry =
        {
            Mode = RetryMode.Exponential,
            MaxRetries = 4,
            Delay = TimeSpan.FromSeconds(0.5),
            MaxDelay = TimeSpan.FromSeconds(8),
            NetworkTimeout = TimeSpan.FromSeconds(20),
        },
    };

    private static BlobServiceClient Parse(string connectionString)
    {
        try
        {
            return new BlobServiceClient(connectionString, Options());
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new EventLogException(
                $"{Connection} is not a connection string of Azure Storage: copy it from the account's access keys.", exception);
        }
    }

    private static Uri ParseAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
            ? uri
            : throw new EventLogException(
                $"{Connection}:blobServiceUri must be an https address, such as https://ACCOUNT.blob.core.windows.net.");

    private static TokenCredential CredentialOf(IConfigurationSection connection) =>
        (connection["credential"], connection["clientId"]) switch
        {
            (null or "", null or "") => new DefaultAzureCredential(),
            ("managedidentity", null or "") => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            ("managedidentity", { } clientId) => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
            _ => throw new EventLogException(
                $"{Connection}:credential must be managedidentity, or be empty together with {Connection}:clientId."),
        };
}

/// <summary>Says in one line what an error of Azure Storage means. Never what was sent: it may hold a key.</summary>
internal static class BlobError
{
    // See https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes.
    private const string ImmutableDueToPolicy = "BlobImmutableDueToPolicy";
    private const string ImmutableDueToLegalHold = "BlobImmutableDueToLegalHold";
    private const string LeaseIdMissing = "LeaseIdMissing";
    private const string UnauthorizedBlobOverwrite = "UnauthorizedBlobOverwrite";

    /// <summary>Does something with a container.</summary>
    /// <param name="what">What is done, up to the words "in container": "read the event log".</param>
    /// <param name="cancellationToken">The action's own: what it throws after a cancellation is no error of the storage.</param>
    /// <exception cref="EventLogException">It could not be done.</exception>
    public static async Task<T> GuardAsync<T>(
        BlobContainerClient container, string what, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action();
        }
        catch (Exception exception) when (IsStorageError(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw Describe(exception, $"Cannot {what} in container {container.Name} of storage account {container.AccountName}");
        }
    }

    /// <summary>Writes to a container, and creates it if it is missing. It asks only then: a SAS of a container may not.</summary>
    /// <exception cref="EventLogException">The container is missing, and must not be created.</exception>
    public static async Task<T> WithContainerAsync<T>(
        this BlobContainerClient container, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
        }

        try
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            throw new EventLogException(
                $"There is no container {container.Name} in storage account {container.AccountName}, and this connection must not "
                + $"create it: it answers {Code(exception)}. Create it first: az storage container create --name {container.Name}",
                exception);
        }

        return await write();
    }

    /// <summary>Lists blobs, in the order of their names; none if the container does not exist yet.</summary>
    /// <param name="container">The container.</param>
    /// <param name="prefix">What their names begin with.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="startFrom">The name, or the beginning of one, before which none is wanted. An emulator may list them anyway.</param>
    public static IAsyncEnumerable<BlobItem> ListAsync(
        this BlobContainerClient container, string prefix, CancellationToken cancellationToken, string? startFrom = null) =>
        container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix, StartFrom = startFrom }, cancellationToken)
            .IfContainerExistsAsync(cancellationToken);

    /// <summary>What a listing of a container holds; nothing if the container does not exist yet.</summary>
    public static async IAsyncEnumerable<T> IfContainerExistsAsync<T>(
        this IAsyncEnumerable<T> listing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = listing.GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync())
        {
            yield return items.Current;
        }

        async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                return await items.MoveNextAsync();
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                return false;
            }
        }
    }

    /// <summary>Whether a blob was not created because it is there; with a SAS without the right to write, the answer is another one.</summary>
    public static bool SaysThatBlobExists(RequestFailedException exception) =>
        exception.ErrorCode is { } code
        && (code == BlobErrorCode.BlobAlreadyExists || code == BlobErrorCode.ConditionNotMet || code == UnauthorizedBlobOverwrite);

    // The client throws a cancellation when its own time-out has passed, and all its errors at once after several tries.
    private static bool IsStorageError(Exception exception) => exception is RequestFailedException
        or AggregateException or AuthenticationFailedException or IOException or OperationCanceledException;

    /// <summary>The error for a person to read.</summary>
    /// <param name="exception">What the client has thrown, after its retries.</param>
    /// <param name="what">What could not be done.</param>
    public static EventLogException Describe(Exception exception, string what)
    {
        // After several tries the client throws all their errors; the last one is the newest.
        var last = exception is AggregateException { InnerExceptions: [.., var inner] } ? inner : exception;
        var (reason, nextStep) = last switch
        {
            RequestFailedException { ErrorCode: ImmutableDueToPolicy or ImmutableDueToLegalHold } immutable =>
                ($"it answers {Code(immutable)}", "Take another container: the log closes its blobs by their metadata, and the outbox deletes its own, "
                    + "which an immutability policy or a legal hold forbids, even with protected appends."),
            RequestFailedException { ErrorCode: LeaseIdMissing } leased =>
                ($"it answers {Code(leased)}", "Somebody else holds a lease on a blob of it; writing goes on when that ends. "
                    + "To end it: az storage blob lease break --container-name CONTAINER --blob-name BLOB"),
            RequestFailedException { Status: 401 or 403 } refused =>
                ($"it answers {Code(refused)}", "Check the key of the connection, its SAS (permissions racwdl) and when that ends, "
                    + "or give this identity the role Storage Blob Data Contributor."),
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
