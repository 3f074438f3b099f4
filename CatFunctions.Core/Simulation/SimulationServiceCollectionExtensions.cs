using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Simulation;

public static class SimulationServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="Simulator"/>, with its options from the section <c>Simulation</c>.</summary>
    public static IServiceCollection AddSimulation(this IServiceCollection services)
    {
        services.AddOptions<SimulationOptions>().BindConfiguration(SimulationOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SimulationOptions>, SimulationOptionsValidator>());
        services.TryAddSingleton<Simulator>();
        return services;
    }
}
