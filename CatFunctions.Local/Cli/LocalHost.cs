using System.Net;
using System.Net.Sockets;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local.Pipeline;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Local.Cli;

/// <summary>The host that a command runs in: settings, logging, signals.</summary>
internal static class LocalHost
{
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

    /// <summary>Runs the pipeline of a host until Ctrl+C, SIGTERM or the end of the duration.</summary>
    public static async Task RunAsync(IHost host, TimeSpan? duration, CancellationToken cancellationToken)
    {
        using (host)
        {
            await StartAsync(host, cancellationToken);
            if (host.Services.GetService<ISegmentStore>() is { } store)
            {
                await store.PrepareAsync(cancellationToken);
            }

            if (host is WebApplication web)
            {
                host.Services.GetRequiredService<TerminalOutput>().WriteLine($"The page is at {web.Urls.Single()}");
            }

            var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            await host.Services.GetRequiredService<CatPipeline>().RunAsync(duration, stopping);
            await host.StopAsync(cancellationToken);
        }
    }

    private static void Configure(IHostApplicationBuilder builder)
    {
        builder.Configuration
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables();
        builder.AddLocalDefaults();
    }

    private static async Task StartAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            // A start binds and validates the settings; this is how binding fails.
            throw new UsageException($"A setting is wrong: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new FailureException(
                $"The page cannot be served. {exception.Message.TrimEnd('.')}. Choose another port with --port; 0 takes any free one.", exception);
        }
    }
}
