using CatFunctions.Core.Ticks;
using CatFunctions.Kafka;
using Microsoft.Extensions.Options;

namespace CatFunctions;

internal sealed class AppSettingsValidator : IValidateOptions<AppSettings>
{
    public ValidateOptionsResult Validate(string? name, AppSettings options)
    {
        string[] failures = [.. Missing(options), .. ScheduleErrors(options), .. new KafkaBindingSettings(options).Errors()];
        return failures is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Missing(AppSettings settings)
    {
        (string Name, string? Value, string Meaning)[] required =
        [
            (nameof(settings.CatEventsSchedule), settings.CatEventsSchedule, "six NCRONTAB fields, such as '*/5 * * * * *'"),
            (nameof(settings.KafkaBrokerList), settings.KafkaBrokerList, "HOST:PORT, several with commas"),
            (nameof(settings.KafkaTopic), settings.KafkaTopic, "the topic of the events"),
            (nameof(settings.KafkaConsumerGroup), settings.KafkaConsumerGroup, "the consumer group that records"),
        ];
        return required
            .Where(setting => string.IsNullOrWhiteSpace(setting.Value))
            .Select(setting => $"{setting.Name} is not set: set it to {setting.Meaning}.");
    }

    private static IEnumerable<string> ScheduleErrors(AppSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.CatEventsSchedule))
        {
            return [];
        }

        try
        {
            TickSchedule.Parse(settings.CatEventsSchedule);
            return [];
        }
        catch (FormatException exception)
        {
            return [$"CatEventsSchedule: {exception.Message}"];
        }
    }
}
