using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CatFunctions.Core.Telemetry;

/// <summary>Registers the telemetry.</summary>
public static class TelemetryServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="PipelineMetrics"/>. Who exports them is up to the host.</summary>
    public static IServiceCollection AddPipelineMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PipelineMetrics>();
        return services;
    }
}
