using System.Net;
using CatFunctions.Core;
using CatFunctions.Core.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.Dashboard;

/// <summary>A web server that serves the dashboard of a log of its own.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TimeProvider _clock;
    private readonly WebApplication _app;
    private long _offset;
    private int _requests;

    private DashboardHost(TimeProvider clock, string? key)
    {
        _clock = clock;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Configuration["EventLog:Directory"] = _folder.Path;
        builder.Configuration["Dashboard:ImageHosts"] = "cats.example";
        builder.Services.AddSingleton(clock).AddEventLog().AddDashboard();
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            Interlocked.Increment(ref _requests);
            return next(context);
        });
        _app.UseDashboardHeaders();
        if (key is not null)
        {
            _app.Use((context, next) => LetInAsync(context, next, key));
        }

        _app.MapDashboard();
    }

    public Uri Address => new(_app.Urls.Single() + '/');

    /// <summary>A client of this server.</summary>
    public HttpClient Http { get; } = new();

    /// <summary>How many requests have arrived.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The folder of the log.</summary>
    public string Folder => _folder.Path;

    /// <param name="clock">The clock of the server; the system's if null.</param>
    /// <param name="key">What every request must have as its <c>code</c>, as in a function app; nothing if null.</param>
    public static async Task<DashboardHost> StartAsync(TimeProvider? clock = null, string? key = null)
    {
        var host = new DashboardHost(clock ?? TimeProvider.System, key);
        await host._app.StartAsync();
        host.Http.BaseAddress = host.Address;
        return host;
    }

    /// <summary>Records the events of one tick.</summary>
    public async Task RecordAsync(params IEnumerable<TestEvent> events)
    {
        var now = _clock.GetUtcNow();
        var all = events.ToArray();
        var tick = now.AddMilliseconds(_offset);
        var records = all.Select((one, i) =>
            (one with { Time = now - one.Ago, Tick = tick, Index = i, TickSize = all.Length }).ToRecord(0, _offset + i));
        var result = await _app.Services.GetRequiredService<EventRecorder>().RecordAsync([.. records], default);
        result.Recorded.ShouldBe(all.Length);
        _offset += all.Length;
    }

    /// <summary>Stops it as Ctrl+C does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static Task LetInAsync(HttpContext context, RequestDelegate next, string key)
    {
        if (context.Request.Query["code"] == key)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
