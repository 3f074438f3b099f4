namespace CatFunctions.Local.Terminal;

/// <summary>One line per entry: information to the standard output, warnings and errors to the standard error.</summary>
internal sealed class TerminalLogger(TerminalOutput terminal) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

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
}
