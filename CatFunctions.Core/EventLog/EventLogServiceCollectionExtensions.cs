using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog;

/// <summary>Registers the event log.</summary>
public static class EventLogServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="EventRecorder"/> and the store that the section <c>EventLog</c> names.</summary>
    public static IServiceCollection AddEventLog(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<EventLogOptions>().BindConfiguration(EventLogOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EventLogOptions>, EventLogOptionsValidator>();
        services.AddSingleton<ISegmentStore>(provider => provider.GetRequiredService<IOptions<EventLogOptions>>().Value switch
        {
            { Container: { Length: > 0 } container } => new AppendBlobSegmentStore(
                EventLogStorage.Connect(provider.GetRequiredService<IConfiguration>(), container)),
            var options => new FileSegmentStore(options.Directory!),
        });
        services.AddSingleton<EventRecorder>();
        return services;
    }
}
