using System.Globalization;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Simulation;

internal sealed class SimulationOptionsValidator : IValidateOptions<SimulationOptions>
{
    public ValidateOptionsResult Validate(string? name, SimulationOptions options) =>
        options.EventsPerSecond is > 0 and <= SimulationOptions.MaxEventsPerSecond
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"{SimulationOptions.Section}:{nameof(options.EventsPerSecond)} is {options.EventsPerSecond}: set it above 0 and to at most {SimulationOptions.MaxEventsPerSecond:N0}."));
}
