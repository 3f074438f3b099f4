using CatFunctions.Core.Analytics;
using CatFunctions.Core.Dashboard;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using CatFunctions.Core.Outbox;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Core;

/// <summary>
/// Registers the pipeline, whole or in parts, for any host. The host adds its own schedule and its connection to Kafka.
/// </summary>
public static class CatPipelineServices
{
    /// <summary>Adds the whole pipeline.</summary>
    public static IServiceCollection AddCatPipeline(this IServiceCollection services, PhotoMode photos) =>
        services.AddProducing(photos).AddEventLog().AddOutbox().AddDashboard();

    /// <summary>Adds what turns a tick into events: the <see cref="TickEventSource"/>.</summary>
    public static IServiceCollection AddProducing(this IServiceCollection services, PhotoMode photos)
    {
        services.AddPhotos(photos);
        services.AddOptions<SimulationOptions>().BindSection(SimulationOptions.Section)
            .ValidateOnStart(options => options.Problems());
        return services.AddSingleton<Simulator>().AddSingleton<TickEventSource>();
    }

    /// <summary>Adds the page and the analytics behind it, over the event log.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddOptions<DashboardOptions>().BindSection(DashboardOptions.Section)
            .ValidateOnStart(options => options.Problems());
        return services.AddSingleton<AnalyticsService>().AddSingleton<DashboardHeaders>().AddSingleton<AnalyticsApi>();
    }
}
