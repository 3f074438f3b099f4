using CatFunctions.Core.Analytics;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Core.Dashboard;

/// <summary>Registers the dashboard.</summary>
public static class DashboardServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="AnalyticsEndpoint"/> and the analytics that it tells, over the registered event log.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) =>
        services.AddAnalytics().AddSingleton<AnalyticsEndpoint>();
}
