using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.EventLog;

/// <summary>A proxy in front of Azurite that does to a share of the calls what networks and services do.</summary>
/// <param name="azurite">Where the other calls go.</param>
/// <param name="share">The share of the calls that go wrong.</param>
/// <param name="seed">Decides which ones, and how.</param>
internal sealed class FaultyStorage(Azurite azurite, double share, int seed) : IAsyncDisposable
{
    // Each costs the client its patience, so there are few.
    private const double LateShare = 0.05;

    private static readonly string[] HopByHop = ["Connection", "Host", "Keep-Alive", "Transfer-Encoding"];

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false });
    private readonly Random _random = new(seed);
    private WebApplication? _app;

    /// <summary>Refuses a request as Azure does, with a status and an error code, where Azurite would not.</summary>
    public Func<HttpRequest, (int Status, string ErrorCode)?> Refuse { get; init; } = _ => null;

    /// <summary>How often each fault happened.</summary>
    public ConcurrentDictionary<Fault, int> Faults { get; } = [];

    /// <summary>Starts it.</summary>
    /// <returns>The connection string of the account behind it.</returns>
    public async Task<string> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
        return Azurite.ConnectionStringOf(new Uri(_app.Urls.Single()).Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (Refuse(context.Request) is var (status, errorCode))
        {
            context.Response.StatusCode = status;
            context.Response.Headers["x-ms-error-code"] = errorCode;
            return;
        }

        var fault = NextFault();
        Faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
        switch (fault)
        {
            case Fault.ConnectionReset:
                context.Abort();
                break;
            case Fault.ServerError:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case Fault.Busy:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "0";
                break;
            case Fault.ErrorAfterwards:
                (await SendAsync(context)).Dispose();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case Fault.AnswerDropped:
                (await SendAsync(context)).Dispose();
                context.Abort();
                break;
            case Fault.AnswerTooLate:
                (await SendAsync(context)).Dispose();
                await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted), Task.Delay(TimeSpan.FromSeconds(30)));
                break;
            default:
                await PassOnAsync(context);
                break;
        }
    }

    private Fault NextFault()
    {
        lock (_random)
        {
            return _random.NextDouble() >= share ? Fault.None
                : _random.NextDouble() < LateShare ? Fault.AnswerTooLate
                : (Fault)_random.Next((int)Fault.ConnectionReset, (int)Fault.AnswerTooLate);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"http://127.0.0.1:{azurite.Port}{target}")
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!HopByHop.Contains(name) && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return await _client.SendAsync(request);
    }

    private async Task PassOnAsync(HttpContext context)
    {
        using var response = await SendAsync(context);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!HopByHop.Contains(name))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (context.Request.Method != HttpMethods.Head)
        {
            await response.Content.CopyToAsync(context.Response.Body);
        }
    }
}

/// <summary>What can happen to a call.</summary>
internal enum Fault
{
    None,
    ConnectionReset,
    ServerError,
    Busy,
    ErrorAfterwards,
    AnswerDropped,
    AnswerTooLate,
}
