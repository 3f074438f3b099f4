using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CatFunctions.Tests.Photos;

/// <summary>A web server instead of TheCatAPI. It gives its answers one by one, then repeats the last one.</summary>
internal sealed class FakeCatApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RequestDelegate> _answers;
    private RequestDelegate _answer = Status(500);

    private FakeCatApi(WebApplication app, RequestDelegate[] answers)
    {
        _app = app;
        _answers = new(answers);
        app.Run(AnswerAsync);
    }

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = [];

    public string Address => _app.Urls.Single();

    public static async Task<FakeCatApi> StartAsync(params RequestDelegate[] answers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var api = new FakeCatApi(builder.Build(), answers);
        await api._app.StartAsync();
        return api;
    }

    /// <summary>An address on which nothing listens.</summary>
    public static async Task<string> AddressOfNobodyAsync()
    {
        await using var api = await StartAsync();
        return api.Address;
    }

    public static RequestDelegate Json(string body) => Content(200, "application/json; charset=utf-8", body);

    public static RequestDelegate Html(int status) => Content(status, "text/html", "<html>\r\n<p>Sign in\r\n</html>");

    public static RequestDelegate File(string name) => Json(ReadFile(name));

    public static RequestDelegate Status(int status, string? retryAfter = null) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    public static string ReadFile(string name) =>
        System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Photos", "Data", name));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static RequestDelegate Content(int status, string type, string body) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body, context.RequestAborted);
    };

    private Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue(new(
            request.Path + request.QueryString,
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (_answers.TryDequeue(out var next))
        {
            _answer = next;
        }

        return _answer(context);
    }
}

internal sealed record ReceivedRequest(string PathAndQuery, IReadOnlyDictionary<string, string> Headers);
