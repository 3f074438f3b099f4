using System.Net;
using System.Net.Sockets;
using CatFunctions.Core.Dashboard;
using CatFunctions.Local.Pipeline;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CatFunctions.Local.Cli;

/// <summary>
/// The web server of the page, on a port of the loopback address. It takes the port at once and gets ready beside the
/// pipeline, which need not wait for it: requests do.
/// </summary>
/// <param name="port">The port; any free one if 0.</param>
/// <param name="pipeline">The services of the pipeline.</param>
internal sealed class PageServer(int port, IServiceProvider pipeline, IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private IPEndPoint _address = new(IPAddress.Loopback, port);
    private Task<WebApplication>? _serving;

    public string Address => $"http://{_address}";

    /// <exception cref="FailureException">The port is not free.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _socket.Bind(_address);
            _socket.Listen();
            _address = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch (SocketException exception)
        {
            throw new FailureException(
                $"The page cannot be served on port {port}: {exception.Message.TrimEnd('.')}. Choose another port with --port; 0 takes any free one.", exception);
        }

        _serving = Task.Run(ServeAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_serving is not null)
        {
            await using var server = await _serving;
            await server.StopAsync(cancellationToken);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<WebApplication> ServeAsync()
    {
        try
        {
            var server = Build();
            await server.StartAsync();
            return server;
        }
        catch
        {
            lifetime.StopApplication(); // which then hears why
            throw;
        }
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore()
            .UseSockets(sockets => sockets.CreateBoundListenSocket = _ => _socket)
            .ConfigureKestrel(kestrel => kestrel.Listen(_address));
        builder.Services.AddSingleton<IHostLifetime, LifetimeOfPipeline>();
        builder.Services.AddSingleton(pipeline.GetRequiredService<ILoggerFactory>());
        builder.Services.AddSingleton(pipeline.GetRequiredService<AnalyticsApi>());
        builder.Services.AddSingleton(pipeline.GetRequiredService<DashboardHeaders>());
        builder.Services.AddRoutingCore();
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "pipeline", _ => pipeline.GetRequiredService<CatPipeline>(), failureStatus: null, tags: null));

        // A page of another site whose name leads to this machine must not read ours.
        builder.Services.AddHostFiltering(options =>
        {
            options.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            options.AllowEmptyHosts = false;
            options.IncludeFailureMessage = false;
        });

        var server = builder.Build();
        server.UseDashboardHeaders();
        server.UseHostFiltering();
        server.MapDashboard();
        server.MapHealthChecks("/healthz", new() { ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable } });
        return server;
    }

    /// <summary>Leaves Ctrl+C and the other signals to the host of the pipeline, which stops this one.</summary>
    private sealed class LifetimeOfPipeline : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
