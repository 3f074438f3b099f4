using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CatFunctions.Core.Analytics;

/// <summary>Registers the analytics.</summary>
public static class AnalyticsServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="AnalyticsService"/> over the registered event log.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AnalyticsService>();
        return services;
    }
}
