using System.CommandLine;
using System.Runtime.InteropServices;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Telemetry;
using CatFunctions.Local.Pipeline;
using CatFunctions.Local.Terminal;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace CatFunctions.Local.Cli;

/// <summary>The host that a command runs in: settings, logging, signals.</summary>
internal static class LocalHost
{
    /// <summary>The file of settings, which need not exist.</summary>
    public static string SettingsFile { get; } = Path.GetFullPath("appsettings.json");

    /// <summary>
    /// A host without parts. Settings come from appsettings.json in the current folder and from environment variables
    /// such as <c>Section__Name</c>.
    /// </summary>
    public static HostApplicationBuilder CreateBuilder()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        try
        {
            builder.Configuration.AddJsonFile(SettingsFile, optional: true, reloadOnChange: false).AddEnvironmentVariables();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // Both inner exceptions belong to the JSON: what is wrong, and in which line.
            var reason = exception.GetBaseException().Message;
            throw new UsageException($"The settings in {SettingsFile} cannot be read: {reason}", exception);
        }

        builder.AddLocalDefaults();
        return builder;
    }

    /// <summary>A host for a command that reads an event log.</summary>
    /// <exception cref="FailureException">The folder of the log is not there.</exception>
    public static IHost OpenLog(ParseResult arguments, Action<HostApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder();
        configure?.Invoke(builder);
        return builder.AddEventLog(arguments) is { Folder: { } folder } && !Directory.Exists(folder)
            ? throw new FailureException($"There is no folder {folder}. Name the folder of the event log with --data.")
            : builder.Build();
    }

    /// <summary>
    /// Sends traces, metrics and logs to an OpenTelemetry collector, if its setting is set: the same as the function app's.
    /// </summary>
    /// <exception cref="UsageException">The setting is not the address of a collector.</exception>
    public static void AddTelemetryExport(this IHostApplicationBuilder builder)
    {
        var collector = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
        if (string.IsNullOrWhiteSpace(collector))
        {
            return;
        }

        if (OtlpEndpoint.Problem(collector) is { } problem)
        {
            throw UsageException.OfSetting(problem);
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithTracing(traces => traces.AddSource(PipelineTrace.SourceName))
            .WithMetrics(meters => meters.AddMeter(PipelineMetrics.MeterName))
            .UseOtlpExporter();
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_SERVICE_NAME"]))
        {
            telemetry.ConfigureResource(resource => resource.AddService("catfunctions"));
        }
    }

    /// <summary>
    /// Runs the pipeline of a host until Ctrl+C, SIGTERM, SIGHUP (its terminal was closed) or the end of the duration.
    /// </summary>
    public static async Task RunAsync(IHost host, TimeSpan? duration, CancellationToken cancellationToken)
    {
        using (host)
        {
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();

            // Beside the start of the host, which is the one that says what is wrong with settings.
            var pipeline = Task.Run(host.Services.GetRequiredService<CatPipeline>, cancellationToken);
            try
            {
                await host.StartAsync(cancellationToken);
                if (host.Services.GetService<ISegmentStore>() is { } store)
                {
                    await store.PrepareAsync(cancellationToken);
                }

                if (host.Services.GetService<PageServer>() is { } page)
                {
                    host.Services.GetRequiredService<TerminalOutput>().WriteLine($"The page is at {page.Address}");
                }

                using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
                {
                    signal.Cancel = true;
                    lifetime.StopApplication();
                });
                await (await pipeline).RunAsync(duration, lifetime.ApplicationStopping);
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Told to stop while it was still starting.
            }
            finally
            {
                await Task.WhenAny(pipeline);
                if (lifetime.ApplicationStarted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    await host.StopAsync(cancellationToken);
                }
            }
        }
    }
}
