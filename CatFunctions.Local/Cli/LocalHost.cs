using System.Net;
using System.Net.Sockets;
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
        Configure(builder);
        return builder;
    }

    /// <summary>The same with a web server on a port of the loopback address; any free port if 0.</summary>
    public static WebApplicationBuilder CreateWebBuilder(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddHealthChecks().AddCheck<CatPipeline>("pipeline");

        // A page of another site whose name leads to this machine must not read ours.
        builder.Services.AddHostFiltering(options =>
        {
            options.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            options.AllowEmptyHosts = false;
            options.IncludeFailureMessage = false;
        });
        Configure(builder);
        return builder;
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
            // The clients of Kafka take as long as the web server.
            var pipeline = Task.Run(host.Services.GetRequiredService<CatPipeline>, cancellationToken);
            await Task.WhenAll(StartAsync(host, cancellationToken), pipeline);
            if (host.Services.GetService<ISegmentStore>() is { } store)
            {
                await store.PrepareAsync(cancellationToken);
            }

            if (host is WebApplication web)
            {
                host.Services.GetRequiredService<TerminalOutput>().WriteLine($"The page is at {web.Urls.Single()}");
            }

            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                lifetime.StopApplication();
            });
            await (await pipeline).RunAsync(duration, lifetime.ApplicationStopping);
            await host.StopAsync(cancellationToken);
        }
    }

    private static void Configure(IHostApplicationBuilder builder)
    {
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
    }

    private static async Task StartAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new FailureException(
                $"The page cannot be served. {exception.Message.TrimEnd('.')}. Choose another port with --port; 0 takes any free one.", exception);
        }
    }
}
