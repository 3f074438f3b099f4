using System.Diagnostics;

namespace CatFunctions.Tests.Local;

/// <summary>The local host as its users start it: a process of its own, with its output, its exit code and signals.</summary>
internal sealed class LocalHostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly LineLog _output = new();
    private readonly LineLog _errors = new();

    private LocalHostProcess(ProcessStartInfo startInfo)
    {
        _process = new Process { StartInfo = startInfo };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The program of the local host.</summary>
    public static string ProgramPath { get; } = Path.Combine(AppContext.BaseDirectory, "CatFunctions.Local.dll");

    /// <summary>The lines of the standard output so far.</summary>
    public IReadOnlyList<string> Output => _output.Lines;

    /// <summary>The lines of the standard error so far.</summary>
    public IReadOnlyList<string> Errors => _errors.Lines;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its processor time so far, in user and kernel mode.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    /// <summary>The highest working set so far, in 10⁶ bytes.</summary>
    public double PeakMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1e6;
        }
    }

    /// <summary>Starts it with these arguments, and with these settings in its environment.</summary>
    public static LocalHostProcess Start(string[] arguments, Dictionary<string, string>? environment = null) =>
        Start(ProgramPath, arguments, environment);

    /// <summary>Runs it to its end, which must be a success.</summary>
    /// <returns>The lines of the standard output.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        await process.SucceedAsync();
        return process.Output;
    }

    /// <summary>Runs it to its end, which must be a failure.</summary>
    /// <returns>The one line of the standard error.</returns>
    public static async Task<string> FailAsync(int exitCode, string[] arguments, Dictionary<string, string>? environment = null)
    {
        await using var process = Start(arguments, environment);
        (await process.WaitForExitAsync()).ShouldBe(exitCode);
        return process.Errors.ShouldHaveSingleItem();
    }

    /// <summary>Starts another program of the solution in the same way.</summary>
    public static LocalHostProcess Start(
        string program, string[] arguments, Dictionary<string, string>? environment = null, string workingDirectory = "")
    {
        var startInfo = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        startInfo.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            startInfo.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? [])
        {
            startInfo.Environment[name] = value;
        }

        return new LocalHostProcess(startInfo);
    }

    /// <summary>Waits for a line of the standard output that holds the text.</summary>
    public Task<string> WaitForOutputAsync(string text) => _output.WaitForAsync(line => line.Contains(text));

    /// <summary>Waits for a line of the standard error that holds the text.</summary>
    public Task<string> WaitForErrorAsync(string text) => _errors.WaitForAsync(line => line.Contains(text));

    /// <summary>Asks it to stop: SIGTERM.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Sends it a signal, such as HUP.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Kills it: SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits until it has ended and all of its output is read.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        using var timeout = new CancellationTokenSource(Eventually.Timeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It runs on. Its output:{Environment.NewLine}{string.Join(Environment.NewLine, [.. Output, .. Errors])}");
        }
    }

    /// <summary>Asks it to stop, and waits until it has ended, as it should.</summary>
    public async Task StopAsync()
    {
        await TerminateAsync();
        await SucceedAsync();
    }

    /// <summary>Waits until it has ended, as it should.</summary>
    public async Task SucceedAsync() => (await WaitForExitAsync()).ShouldBe(0, string.Join('\n', Errors));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Add(LineLog log, string? line)
    {
        if (line is not null)
        {
            log.Add(line);
        }
    }
}
