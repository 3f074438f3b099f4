using System.Globalization;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Simulation;

internal sealed class SimulationOptionsValidator : IValidateOptions<SimulationOptions>
{
    private const string RateKey = $"{SimulationOptions.Section}:{nameof(SimulationOptions.EventsPerSecond)}";
    private const double MaxRate = SimulationOptions.MaxEventsPerSecond;

    public ValidateOptionsResult Validate(string? name, SimulationOptions options) =>
        options.EventsPerSecond is > 0 and <= MaxRate
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"{RateKey} is {options.EventsPerSecond}: set it above 0 and to at most {MaxRate:N0}."));
}
