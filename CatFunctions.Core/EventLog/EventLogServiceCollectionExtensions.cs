using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog;

/// <summary>Registers the event log.</summary>
public static class EventLogServiceCollectionExtensions
{
    /// <summary>Adds the recorders and the store that the section <c>EventLog</c> names.</summary>
    public static IServiceCollection AddEventLog(this IServiceCollection services)
    {
        services.AddPipelineMetrics();
        services.AddOptions<EventLogOptions>().BindConfiguration(EventLogOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EventLogOptions>, EventLogOptionsValidator>();
        services.AddSingleton<ISegmentStore>(provider => provider.GetRequiredService<IOptions<EventLogOptions>>().Value switch
        {
            { Container: { Length: > 0 } container } => new AppendBlobSegmentStore(
                BlobConnection.Connect(provider.GetRequiredService<IConfiguration>(), container)),
            var options => new FileSegmentStore(options.Directory!),
        });
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<DeadLetterLog>();
        services.AddSingleton<LogRetention>();
        services.AddHostedService<LogRetentionService>();
        services.AddSingleton<RetryingRecorder>();
        return services;
    }
}
