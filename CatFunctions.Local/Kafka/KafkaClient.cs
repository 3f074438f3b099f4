namespace CatFunctions.Local.Kafka;

/// <summary>Builds Confluent.Kafka clients.</summary>
internal static class KafkaClient
{
    /// <summary>Builds a client; what is wrong with its properties becomes an error that says so.</summary>
    /// <exception cref="UsageException">A librdkafka property is unknown or has a bad value.</exception>
    public static TClient Build<TClient>(Func<TClient> build)
    {
        try
        {
            return build();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new UsageException(
                $"A setting of section {KafkaSettings.Section} is wrong: {exception.Message.TrimEnd('.')}. The names and values are "
                + "those of librdkafka's CONFIGURATION.md.",
                exception);
        }
    }
}
