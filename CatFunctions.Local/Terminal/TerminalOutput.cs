using System.Runtime.InteropServices;

namespace CatFunctions.Local.Terminal;

/// <summary>
/// What the user sees: lines and, if the output is a terminal, a status line below them that is rewritten in place.
/// Safe for concurrent use.
/// </summary>
internal sealed partial class TerminalOutput(TextWriter output, TextWriter error, Func<int>? getWidth)
{
    private readonly Lock _lock = new();
    private int _statusLength;
    private long _unwritten;

    /// <summary>The standard output and the standard error of this process.</summary>
    public static TerminalOutput FromConsole() =>
        new(Console.Out, Console.Error, CanRewrite ? () => Console.WindowWidth : null);

    /// <summary>Whether the standard output is a terminal that can write over a line; a dumb one cannot.</summary>
    public static bool CanRewrite { get; } =
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>
    /// Whether the standard output is a pipe that nobody reads any more. .NET does not say so when it writes; not known on Windows.
    /// </summary>
    public static unsafe bool IsAbandoned
    {
        get
        {
            const short Error = 0x8;
            var output = new PollDescriptor { Descriptor = 1 };
            return !OperatingSystem.IsWindows() && Poll(&output, 1, timeout: 0) > 0 && (output.Result & Error) != 0;
        }
    }

    /// <summary>Whether the output is a terminal.</summary>
    public bool IsInteractive => getWidth is not null;

    /// <summary>Writes a line to the standard output.</summary>
    public void WriteLine(string line) => WriteLine(output, line);

    /// <summary>Writes a line to the standard error.</summary>
    public void WriteErrorLine(string line) => WriteLine(error, line);

    /// <summary>Shows a status: in place on a terminal, else as a line.</summary>
    public void ShowStatus(string status)
    {
        if (getWidth is null)
        {
            WriteLine(status);
            return;
        }

        lock (_lock)
        {
            // Some terminals do not know their width.
            var text = getWidth() is > 0 and var width && status.Length >= width ? status[..(width - 1)] : status;
            TryWrite(output, $"\r{text.PadRight(_statusLength)}");
            _statusLength = text.Length;
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    private void WriteLine(TextWriter writer, string line)
    {
        lock (_lock)
        {
            if (_statusLength > 0)
            {
                TryWrite(output, $"\r{new string(' ', _statusLength)}\r");
                _statusLength = 0;
            }

            if (_unwritten > 0 && TryWrite(writer, $"Lines that could not be written: {_unwritten}{writer.NewLine}"))
            {
                _unwritten = 0;
            }

            if (!TryWrite(writer, line + writer.NewLine))
            {
                _unwritten++;
            }
        }
    }

    /// <summary>What cannot be written, to a full disk or a closed pipe, must not stop the pipeline.</summary>
    private static bool TryWrite(TextWriter writer, string text)
    {
        try
        {
            writer.Write(text);
            writer.Flush();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>A <c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Result;
    }
}

/// <summary>
/// Shows log entries as plain lines on the terminal: information on the standard output, warnings and errors on the
/// standard error.
/// </summary>
/// <remarks>
/// Not a formatter of the console logger: that one writes from a thread of its own, straight to the console, so its
/// lines would break the status line and come late among the other lines.
/// </remarks>
[ProviderAlias("Terminal")]
internal sealed class TerminalLoggerProvider(TerminalOutput terminal) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        var line = exception is null ? message : $"{message} ({exception.Message})";
        if (logLevel < LogLevel.Warning)
        {
            terminal.WriteLine(line);
        }
        else
        {
            terminal.WriteErrorLine($"{(logLevel is LogLevel.Warning ? "warning" : "error")}: {line}");
        }
    }

    public void Dispose()
    {
    }
}
