using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>What the local host's clients need, without its services.</summary>
internal static class KafkaSettingsExtensions
{
    public static BrokerConnection NewHealth(this KafkaSettings kafka, PipelineStatus status) =>
        new(kafka, status, TimeProvider.System, NullLogger<BrokerConnection>.Instance);
}
