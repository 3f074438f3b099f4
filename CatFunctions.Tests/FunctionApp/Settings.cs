namespace CatFunctions.Tests.FunctionApp;

/// <summary>App settings for tests: what is required, and no more.</summary>
internal static class Settings
{
    public static AppSettings Required() => new()
    {
        CatEventsSchedule = "*/5 * * * * *",
        KafkaBrokerList = "localhost:9092",
        KafkaTopic = "cat_photo_events",
        KafkaConsumerGroup = "cat_photo_group",
    };

    public static AppSettings With(Action<AppSettings> change)
    {
        var settings = Required();
        change(settings);
        return settings;
    }
}
