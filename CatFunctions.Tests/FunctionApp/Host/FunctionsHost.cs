using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using CatFunctions.Tests.Deployment;
using CatFunctions.Tests.Local;
using CatFunctions.Tests.Photos;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Message = CatFunctions.Tests.FunctionApp.Host.StreamingMessage;

namespace CatFunctions.Tests.FunctionApp.Host;

/// <summary>
/// Plays the Functions host for the built function app: starts its worker process, has it list and load its functions over
/// gRPC, and invokes them. What it sends is what WebJobs.Script.Grpc in Azure/azure-functions-host sends.
/// TheCatAPI is a fake one, and the event log is in a folder that is deleted in the end.
/// </summary>
internal sealed class FunctionsHost : FunctionRpc.FunctionRpcBase, IAsyncDisposable
{
    /// <summary>The trace of every invocation.</summary>
    public const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly TempFolder _folder = new();
    private readonly Channel<Message> _toWorker = Channel.CreateUnbounded<Message>();
    private readonly ConcurrentQueue<Message> _fromWorker = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _waiting = [];
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _workerId = $"{Guid.NewGuid()}";
    private readonly HttpClient _http = new();
    private readonly WebApplication _server;
    private readonly FakeCatApi _photos;
    private LocalHostProcess? _worker;
    private IReadOnlyDictionary<string, RpcFunctionMetadata> _functions = new Dictionary<string, RpcFunctionMetadata>();

    private FunctionsHost(FakeCatApi photos)
    {
        _photos = photos;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(this).AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        _server = builder.Build();
        _server.MapGrpcService<FunctionsHost>();
    }

    /// <summary>The folder that the host calls the script root: the built app.</summary>
    public static string AppFolder { get; } = Repository.PathOf(Path.Combine("CatFunctions", "bin", "output"));

    /// <summary>The worker process.</summary>
    public LocalHostProcess Worker => _worker!;

    /// <summary>TheCatAPI.</summary>
    public FakeCatApi Photos => _photos;

    /// <summary>The folder of the event log, unless the settings name another one.</summary>
    public string LogFolder => Path.Combine(_folder.Path, "log");

    /// <summary>All that the worker has sent so far.</summary>
    public IReadOnlyCollection<Message> FromWorker => _fromWorker;

    /// <summary>What the worker has logged so far. The lines of an invocation are here before its answer.</summary>
    public IEnumerable<RpcLog> Log => _fromWorker.Select(message => message.RpcLog).OfType<RpcLog>();

    /// <summary>The functions by name; none if the worker ended before it connected.</summary>
    public IEnumerable<string> Functions => _functions.Keys;

    /// <summary>
    /// Starts the worker with the settings of local.settings.json.example, changed as given. When this returns, its functions
    /// are loaded, or it has ended without connecting to the host.
    /// </summary>
    public static async Task<FunctionsHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var host = new FunctionsHost(await FakeCatApi.StartAsync(FakeCatApi.File("images-search.json")));
        try
        {
            await host._server.StartAsync();
            host._worker = host.StartWorker(settings);
            var ended = host._worker.WaitForExitAsync();
            if (await Task.WhenAny(host._connected.Task, ended) == ended)
            {
                await ended;
            }
            else
            {
                await host.LoadFunctionsAsync();
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has the worker list its functions, each with its bindings in JSON.</summary>
    public async Task<IReadOnlyList<RpcFunctionMetadata>> ListFunctionsAsync()
    {
        var answer = await AskAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = AppFolder } });
        answer.FunctionMetadataResponse.Result.Status.ShouldBe(StatusResult.Types.Status.Success);
        return answer.FunctionMetadataResponse.FunctionMetadataResults;
    }

    /// <summary>Invokes a function with what its trigger gives.</summary>
    public async Task<InvocationResponse> InvokeAsync(string function, TypedData trigger)
    {
        var answer = await AskAsync(NewInvocation(function, trigger));
        return answer.InvocationResponse;
    }

    /// <summary>Fires the timer of a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="due">
    /// The occurrence that it fires for. The host gives it for schedules that fire at most once a minute, and null for others.
    /// </param>
    public Task<InvocationResponse> FireTimerAsync(string function, DateTimeOffset? due)
    {
        var timer = new JsonObject { ["Schedule"] = new JsonObject { ["AdjustForDST"] = true }, ["ScheduleStatus"] = null, ["IsPastDue"] = false };
        if (due is { } next)
        {
            timer["ScheduleStatus"] = new JsonObject
            {
                ["Last"] = next.AddMinutes(-1),
                ["LastUpdated"] = next.AddMinutes(-1),
                ["Next"] = next,
            };
        }

        return InvokeAsync(function, new() { Json = timer.ToJsonString() });
    }

    /// <summary>
    /// Sends a request to a function as the host does since the worker has the ASP.NET Core integration: the request itself
    /// goes to the worker's web server, and the invocation only says that it does.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(string function, HttpMethod method, string pathAndQuery)
    {
        var invocation = NewInvocation(function, new() { Http = new() });
        var response = ForwardAsync(method, pathAndQuery, invocation.InvocationRequest.InvocationId);
        (await AskAsync(invocation)).InvocationResponse.Result.Status.ShouldBe(StatusResult.Types.Status.Success);
        return await response;
    }

    /// <summary>Asks the worker to end.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopWorkerAsync()
    {
        _toWorker.Writer.TryWrite(new() { WorkerTerminate = new() });
        return Worker.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }

        _http.Dispose();
        await _photos.DisposeAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The one call of the contract: both sides send messages until the worker ends.</summary>
    public override async Task EventStream(
        IAsyncStreamReader<Message> requestStream, IServerStreamWriter<Message> responseStream, ServerCallContext context)
    {
        try
        {
            await Task.WhenAny(ReceiveAsync(requestStream), SendAsync(responseStream, context.CancellationToken));
        }
        finally
        {
            _toWorker.Writer.TryComplete();
            foreach (var waiting in _waiting.Values)
            {
                waiting.TrySetException(WorkerHasEnded());
            }
        }
    }

    private LocalHostProcess StartWorker((string Name, string Value)[] settings)
    {
        var environment = JsonElement.Parse(Repository.Read("local.settings.json.example")).GetProperty("Values")
            .EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);
        environment["EventLog__Directory"] = LogFolder;
        environment["CatApi__BaseAddress"] = _photos.Address;
        environment["FUNCTIONS_WORKER_DIRECTORY"] = AppFolder;
        environment["FUNCTIONS_APPLICATION_DIRECTORY"] = AppFolder;
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        var description = JsonElement.Parse(File.ReadAllText(Path.Combine(AppFolder, "worker.config.json"))).GetProperty("description");
        description.GetProperty("defaultExecutablePath").GetString().ShouldBe("dotnet");
        var program = Path.Combine(AppFolder, description.GetProperty("defaultWorkerPath").GetString()!);
        var address = new Uri(_server.Urls.Single());
        var requestId = $"{Guid.NewGuid()}";
        string[] arguments =
        [
            "--host", address.Host, "--port", $"{address.Port}", "--workerId", _workerId, "--requestId", requestId,
            "--grpcMaxMessageLength", $"{int.MaxValue}", "--functions-uri", address.AbsoluteUri, "--functions-worker-id", _workerId,
            "--functions-request-id", requestId, "--functions-grpc-max-message-length", $"{int.MaxValue}",
        ];
        return LocalHostProcess.Start(program, arguments, environment, workingDirectory: AppFolder);
    }

    private async Task LoadFunctionsAsync()
    {
        var init = await AskAsync(new()
        {
            WorkerInitRequest = new() { HostVersion = "4.1044.400", WorkerDirectory = AppFolder, FunctionAppDirectory = AppFolder },
        });
        init.WorkerInitResponse.Result.Status.ShouldBe(StatusResult.Types.Status.Success);
        _http.BaseAddress = new Uri(init.WorkerInitResponse.Capabilities["HttpUri"]);

        var functions = await ListFunctionsAsync();
        foreach (var function in functions)
        {
            var answer = await AskAsync(new() { FunctionLoadRequest = NewLoadRequest(function) });
            answer.FunctionLoadResponse.Result.Status.ShouldBe(StatusResult.Types.Status.Success, answer.ToString());
        }

        _functions = functions.ToDictionary(function => function.Name);
    }

    private static FunctionLoadRequest NewLoadRequest(RpcFunctionMetadata function)
    {
        var metadata = new RpcFunctionMetadata
        {
            Name = function.Name,
            Directory = AppFolder,
            ScriptFile = function.ScriptFile,
            EntryPoint = function.EntryPoint,
        };
        foreach (var binding in function.RawBindings.Select(raw => JsonElement.Parse(raw)))
        {
            metadata.Bindings[binding.GetProperty("name").GetString()] = new BindingInfo
            {
                Type = binding.GetProperty("type").GetString(),
                Direction = Enum.Parse<BindingInfo.Types.Direction>(binding.GetProperty("direction").GetString()!),
            };
        }

        return new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = metadata };
    }

    private Message NewInvocation(string function, TypedData trigger)
    {
        var metadata = _functions[function];
        var parameter = metadata.RawBindings.Select(raw => JsonElement.Parse(raw))
            .Single(binding => binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.Ordinal))
            .GetProperty("name").GetString();
        return new Message
        {
            InvocationRequest = new InvocationRequest
            {
                InvocationId = $"{Guid.NewGuid()}",
                FunctionId = metadata.FunctionId,
                InputData = { new ParameterBinding { Name = parameter, Data = trigger } },
                TraceContext = new RpcTraceContext { TraceParent = TraceParent },
            },
        };
    }

    /// <summary>Tries again while the worker's web server does not listen yet, as the host does (RetryProxyHandler).</summary>
    private async Task<HttpResponseMessage> ForwardAsync(HttpMethod method, string pathAndQuery, string invocationId)
    {
        for (var start = TimeProvider.System.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(50)))
        {
            using var request = new HttpRequestMessage(method, pathAndQuery);
            request.Headers.Add("x-ms-invocation-id", invocationId);
            try
            {
                return await _http.SendAsync(request);
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(start) < Eventually.Timeout)
            {
            }
        }
    }

    /// <summary>Sends a message and waits for its answer.</summary>
    private async Task<Message> AskAsync(Message message)
    {
        message.RequestId = $"{Guid.NewGuid()}";
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[message.RequestId] = answer;
        return _toWorker.Writer.TryWrite(message) ? await answer.Task.WaitAsync(Eventually.Timeout) : throw WorkerHasEnded();
    }

    private async Task ReceiveAsync(IAsyncStreamReader<Message> fromWorker)
    {
        await foreach (var message in fromWorker.ReadAllAsync())
        {
            _fromWorker.Enqueue(message);
            if (message.StartStream?.WorkerId == _workerId)
            {
                _connected.TrySetResult();
            }
            else if (_waiting.TryRemove(message.RequestId, out var answer))
            {
                answer.TrySetResult(message);
            }
        }
    }

    private async Task SendAsync(IServerStreamWriter<Message> toWorker, CancellationToken cancellationToken)
    {
        await foreach (var message in _toWorker.Reader.ReadAllAsync(cancellationToken))
        {
            await toWorker.WriteAsync(message, cancellationToken);
        }
    }

    private IOException WorkerHasEnded() =>
        new($"The worker has ended. Its output:{Environment.NewLine}{string.Join(Environment.NewLine, [.. Worker.Output, .. Worker.Errors])}");
}
