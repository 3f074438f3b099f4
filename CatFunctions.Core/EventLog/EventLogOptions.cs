using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// The settings of the section <c>EventLog</c>: where the log is, of which exactly one is set, and how long it is kept.
/// </summary>
public sealed partial class EventLogOptions
{
    public const string Section = "EventLog";

    /// <summary>
    /// The connection to the storage account, in the style of Azure Functions: either this setting is a connection string,
    /// or <c>EventLogStorage:blobServiceUri</c> is the account's address, with <c>:credential</c> and <c>:clientId</c>.
    /// </summary>
    public const string Storage = "EventLogStorage";

    /// <summary>What a container's name must be.</summary>
    public const string ContainerForm = "3 to 63 lower-case letters, digits and single hyphens, such as cat-events";

    /// <summary>The folder that holds the log.</summary>
    public string? Directory { get; set; }

    /// <summary>
    /// The container that holds the log, in the storage account of the connection <c>EventLogStorage</c>: 3 to 63
    /// lower-case letters, digits and single hyphens.
    /// </summary>
    public string? Container { get; set; }

    /// <summary>
    /// How long an hour of the log is kept, 1 hour or more; permanently if not set. <see cref="LogRetention"/> says how that is measured. Keep it longer than Kafka
    /// keeps the topic: what is delivered again when its hour is gone is stored again.
    /// </summary>
    public TimeSpan? RetainFor { get; set; }

    /// <summary>
    /// Whether offsets that are in neither log are normal, as with a topic that is compacted or written in transactions;
    /// otherwise they are lost records. Default false.
    /// </summary>
    public bool AllowGaps { get; set; }

    /// <summary>Whether a container can have this name.</summary>
    public static bool IsContainerName(string name) => ContainerName().IsMatch(name);

    [GeneratedRegex(@"\A(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerName();
}

public static class EventLogServices
{
    /// <summary>Adds the recorders, the store that the section <c>EventLog</c> names.</summary>
    public static IServiceCollection AddEventLog(this IServiceCollection services)
    {
        services.AddPipelineMetrics();
        services.AddOptions<EventLogOptions>().BindSection(EventLogOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EventLogOptions>, EventLogOptionsValidation>();
        services.AddSingleton(provider => CreateStore<ISegmentStore>(
            provider, folder => new FileSegmentStore(folder), container => new AppendBlobSegmentStore(container)));
        services.AddSingleton(provider => CreateStore<ISnapshotStore>(
            provider, folder => new FileSnapshotStore(folder), container => new BlobSnapshotStore(container)));
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<DeadLetterLog>();
        services.AddSingleton<LogRetention>();
        services.AddHostedService<LogRetentionService>();
        services.AddSingleton<RetryingRecorder>();
        return services;
    }

    /// <summary>Creates a store in the place that the section <c>EventLog</c> names: a folder or a blob container.</summary>
    internal static TStore CreateStore<TStore>(
        IServiceProvider provider, Func<string, TStore> inFolder, Func<BlobContainerClient, TStore> inContainer) =>
        provider.GetRequiredService<IOptions<EventLogOptions>>().Value switch
        {
            { Container: { Length: > 0 } container } =>
                inContainer(BlobConnection.Connect(provider.GetRequiredService<IConfiguration>(), container)),
            var options => inFolder(options.Directory!),
        };
}

internal sealed class EventLogOptionsValidation(IConfiguration configuration) : IValidateOptions<EventLogOptions>
{
    public ValidateOptionsResult Validate(string? name, EventLogOptions options) =>
        Problem(options) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private string? Problem(EventLogOptions options) => (string.IsNullOrWhiteSpace(options.Directory), string.IsNullOrWhiteSpace(options.Container)) switch
    {
        _ when options.RetainFor < TimeSpan.FromHours(1) => "EventLog:RetainFor must be one hour or more, such as 30.00:00:00 for 30 days.",
        (true, true) => "The event log is not configured: set EventLog:Directory to a folder, or EventLog:Container to a blob container.",
        (false, false) => "EventLog:Directory and EventLog:Container are both set: remove one of them.",
        (true, false) when !EventLogOptions.IsContainerName(options.Container!) => $"EventLog:Container must be {EventLogOptions.ContainerForm}.",
        (true, false) => ConnectionProblem(options.Container!),
        (false, true) => null,
    };

    private string? ConnectionProblem(string container)
    {
        try
        {
            BlobConnection.Connect(configuration, container);
            return null;
        }
        catch (EventLogException exception)
        {
            return exception.Message;
        }
    }
}
