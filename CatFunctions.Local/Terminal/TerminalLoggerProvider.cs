namespace CatFunctions.Local.Terminal;

/// <summary>Shows log entries as plain lines on the terminal.</summary>
[ProviderAlias("Terminal")]
internal sealed class TerminalLoggerProvider(TerminalOutput terminal) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new TerminalLogger(terminal);

    public void Dispose()
    {
    }
}
