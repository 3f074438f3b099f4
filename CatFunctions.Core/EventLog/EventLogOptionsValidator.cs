using System.Text.RegularExpressions;
using CatFunctions.Core.EventLog.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.EventLog;

/// <summary>Checks at start that the log has one place, and that it can be addressed.</summary>
internal sealed partial class EventLogOptionsValidator(IConfiguration configuration) : IValidateOptions<EventLogOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, EventLogOptions options) =>
        Problem(options) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private string? Problem(EventLogOptions options)
    {
        if (options.RetainFor < TimeSpan.FromHours(1))
        {
            return "EventLog:RetainFor must be one hour or more, such as 30.00:00:00 for 30 days.";
        }

        switch (string.IsNullOrWhiteSpace(options.Directory), string.IsNullOrWhiteSpace(options.Container))
        {
            case (true, true):
                return "The event log has no place: set EventLog:Directory to a folder, or EventLog:Container to a blob container.";
            case (false, false):
                return "EventLog:Directory and EventLog:Container are both set: remove one of them.";
            case (false, true):
                return null;
        }

        if (!ContainerName().IsMatch(options.Container!))
        {
            return "EventLog:Container must be 3 to 63 lower-case letters, digits and single hyphens, such as cat-events.";
        }

        try
        {
            BlobConnection.Connect(configuration, options.Container!);
            return null;
        }
        catch (EventLogException exception)
        {
            return exception.Message;
        }
    }

    [GeneratedRegex(@"\A(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerName();
}
