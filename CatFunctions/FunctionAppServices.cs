using System.Text.Json;
using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using CatFunctions.Core;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using CatFunctions.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
        var azureMonitor = builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        var collector = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
        string?[] problems = [AzureMonitorProblem(azureMonitor), OtlpEndpoint.Problem(collector)];
        services.AddOptions<AppSettings>().BindSection("").ValidateOnStart(settings => settings.Problems().Concat(problems.OfType<string>()));
        services.AddSingleton<TickGuard>();
        services.AddSingleton(provider => TickSchedule.Parse(
            provider.GetRequiredService<IOptions<AppSettings>>().Value.CatEventsSchedule!));
        services.AddSingleton<IFunctionMetadataTransformer, KafkaBindingTransformer>();
        services.AddHostedService<LogProbe>();

        services.AddOptions<WorkerOptions>()
            .Configure<IOptions<JsonSerializerOptions>>((worker, json) => worker.Serializer = new EnvelopeSerializer(json.Value));

        // Without this there are five lines for every request, and the page sends one every second.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (problems.All(problem => problem is null))
        {
            builder.AddTelemetryExport(azureMonitor, collector);
        }
    }

    /// <summary>
    /// Sends traces, metrics and logs to Azure Monitor, to an OpenTelemetry collector, to both or to neither, depending on
    /// which of their settings are set.
    /// </summary>
    private static void AddTelemetryExport(this FunctionsApplicationBuilder builder, string? azureMonitor, string? collector)
    {
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
            telemetry.UseAzureMonitorExporter(exporter =>
                exporter.Credential = CredentialOf(builder.Configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]));
        }

        if (!string.IsNullOrWhiteSpace(collector))
        {
            telemetry.UseOtlpExporter();
        }

        builder.UseMiddleware<InvocationScope>();
    }

    /// <summary>What is wrong with a connection string, if anything. It holds a key, so the sentence does not tell it.</summary>
    private static string? AzureMonitorProblem(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return null;
        }

        var parts = PartsOf(connectionString);
        var isRight = Array.TrueForAll(parts, part => part is [var name, not "" and var value]
                && (!name.EndsWith("Endpoint", StringComparison.OrdinalIgnoreCase) || Uri.IsWellFormedUriString(value, UriKind.Absolute)))
            && Array.Exists(parts, part => part[0].Equals("InstrumentationKey", StringComparison.OrdinalIgnoreCase));
        return isRight ? null
            : "APPLICATIONINSIGHTS_CONNECTION_STRING is not a connection string: set it to the one that the portal shows for Application Insights, "
            + "InstrumentationKey=…;IngestionEndpoint=https://…, or remove it.";
    }

    /// <summary>
    /// What to sign in to Application Insights with, as the host reads it from the same setting:
    /// <c>Authorization=AAD</c>, and <c>ClientId=…</c> for an identity that a user has assigned. Null: the connection string is enough.
    /// See https://learn.microsoft.com/azure/azure-functions/functions-app-settings#applicationinsights_authentication_string.
    /// </summary>
    internal static TokenCredential? CredentialOf(string? authentication)
    {
        var parts = PartsOf(authentication ?? "").ToLookup(part => part[0], part => part[^1], StringComparer.OrdinalIgnoreCase);
        return !parts["Authorization"].Contains("AAD", StringComparer.OrdinalIgnoreCase) ? null
            : new ManagedIdentityCredential(parts["ClientId"].FirstOrDefault() is { Length: > 0 } clientId
                ? ManagedIdentityId.FromUserAssignedClientId(clientId)
                : ManagedIdentityId.SystemAssigned);
    }

    /// <summary>The names and values of <c>Name=value;…</c>; a part without a value stands alone.</summary>
    private static string[][] PartsOf(string setting) =>
    [
        .. setting.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries)),
    ];

    /// <summary>
    /// Keeps the lines of a function on the console of <c>func start</c> and in the log stream. The worker finds the
    /// invocation of a line under this name in its scopes, and the host shows no line without one; but the worker's
    /// OpenTelemetry gives it another name there (https://github.com/Azure/azure-functions-dotnet-worker/issues/3489).
    /// </summary>
    private sealed class InvocationScope(ILogger<InvocationScope> logger) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            using (logger.BeginScope(new Dictionary<string, object> { ["AzureFunctions_InvocationId"] = context.InvocationId }))
            {
                await next(context);
            }
        }
    }
}
