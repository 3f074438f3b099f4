using CatFunctions.Core.EventLog;
using CatFunctions.Local.Pipeline;

namespace CatFunctions.Local;

/// <summary>The host that the pipeline lives in: settings, logging, signals.</summary>
internal static class LocalHost
{
    /// <summary>
    /// A host without parts. Settings come from appsettings.json in the current folder and from the environment, in
    /// which <c>__</c> stands between section and name.
    /// </summary>
    public static HostApplicationBuilder CreateBuilder()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables();
        builder.AddLocalDefaults();
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

            var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            await host.Services.GetRequiredService<CatPipeline>().RunAsync(duration, stopping);
            await host.StopAsync(cancellationToken);
        }
    }

    private static async Task StartAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            // A start binds the settings and validates them; this is how binding fails.
            throw new UsageException($"A setting is wrong: {e.Message}", e);
        }
    }
}
