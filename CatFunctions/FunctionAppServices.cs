using Azure.Monitor.OpenTelemetry.Exporter;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using CatFunctions.Kafka;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace CatFunctions;

/// <summary>Registers what is the function app's own: its settings, its bindings, its export of telemetry.</summary>
internal static class FunctionAppServices
{
    /// <summary>Adds the <see cref="AppSettings"/>, which are checked when the app starts.</summary>
    public static IServiceCollection AddAppSettings(this IServiceCollection services)
    {
        services.AddOptions<AppSettings>().BindConfiguration("").ValidateOnStart();
        return services.AddSingleton<IValidateOptions<AppSettings>, AppSettingsValidator>();
    }

    /// <summary>Adds the ticks of the schedule in the settings.</summary>
    public static IServiceCollection AddTicks(this IServiceCollection services) => services
        .AddSingleton<TickGuard>()
        .AddSingleton(provider => TickSchedule.Parse(
            provider.GetRequiredService<IOptions<AppSettings>>().Value.CatEventsSchedule!));

    /// <summary>Makes the Kafka bindings reach the brokers as the settings say.</summary>
    public static IServiceCollection AddKafkaBindings(this IServiceCollection services) =>
        services.AddSingleton<IFunctionMetadataTransformer, KafkaBindingTransformer>();

    /// <summary>
    /// Sends traces, metrics and logs to Azure Monitor, to an OpenTelemetry collector, to both or to nobody: to those
    /// whose setting is there.
    /// </summary>
    public static void AddTelemetryExport(this FunctionsApplicationBuilder builder)
    {
        var azureMonitor = builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        var collector = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
        if (string.IsNullOrWhiteSpace(azureMonitor) && string.IsNullOrWhiteSpace(collector))
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            .WithTracing(traces => traces.AddSource(PipelineTrace.SourceName))
            .WithMetrics(meters => meters.AddMeter(PipelineMetrics.MeterName));

        if (!string.IsNullOrWhiteSpace(azureMonitor))
        {
            telemetry.UseAzureMonitorExporter();
        }

        if (!string.IsNullOrWhiteSpace(collector))
        {
            telemetry.UseOtlpExporter();
        }
    }
}
