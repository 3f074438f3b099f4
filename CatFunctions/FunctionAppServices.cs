using Azure.Monitor.OpenTelemetry.Exporter;
using CatFunctions.Core;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using CatFunctions.Kafka;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace CatFunctions;

internal static class FunctionAppServices
{
    /// <summary>Adds what is the function app's own: its settings, its schedule, its bindings, its export of telemetry.</summary>
    public static void AddFunctionApp(this FunctionsApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AppSettings>().BindSection("").ValidateOnStart(settings => settings.Problems());
        services.AddSingleton<TickGuard>();
        services.AddSingleton(provider => TickSchedule.Parse(
            provider.GetRequiredService<IOptions<AppSettings>>().Value.CatEventsSchedule!));
        services.AddSingleton<IFunctionMetadataTransformer, KafkaBindingTransformer>();

        // Without this there are five lines for every request, and the page sends one every second.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.AddTelemetryExport();
    }

    /// <summary>
    /// Sends traces, metrics and logs to Azure Monitor, to an OpenTelemetry collector, to both or to neither, depending on
    /// which of their settings are set.
    /// </summary>
    private static void AddTelemetryExport(this FunctionsApplicationBuilder builder)
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
