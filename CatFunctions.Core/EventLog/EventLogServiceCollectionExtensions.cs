using CatFunctions.Core.Telemetry;
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
        services.AddOptions<EventLogOptions>()
            .BindConfiguration(EventLogOptions.Section)
            .Validate(
                options => !string.IsNullOrWhiteSpace(options.Directory),
                "EventLog:Directory is missing: set it to the folder that the log shall be written to.")
            .ValidateOnStart();
        services.AddSingleton<ISegmentStore>(provider =>
            new FileSegmentStore(provider.GetRequiredService<IOptions<EventLogOptions>>().Value.Directory!));
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<RetryingRecorder>();
        return services;
    }
}
