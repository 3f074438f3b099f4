namespace CatFunctions.Local.Terminal;

/// <summary>
/// What the user sees: lines, and, if the output is a terminal, a status line below them that is written over and over.
/// Safe for concurrent use.
/// </summary>
internal sealed class TerminalOutput(TextWriter output, TextWriter error, Func<int>? getWidth)
{
    private readonly Lock _lock = new();
    private int _statusLength;

    /// <summary>The terminal that this process was started from, if any.</summary>
    public static TerminalOutput FromConsole() =>
        new(Console.Out, Console.Error, Console.IsOutputRedirected ? null : () => Console.WindowWidth);

    /// <summary>Whether a person watches: then the status line is rewritten in place.</summary>
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
            output.Write($"\r{text.PadRight(_statusLength)}");
            output.Flush();
            _statusLength = text.Length;
        }
    }

    private void WriteLine(TextWriter writer, string line)
    {
        lock (_lock)
        {
            if (_statusLength > 0)
            {
                output.Write($"\r{new string(' ', _statusLength)}\r");
                output.Flush();
                _statusLength = 0;
            }

            writer.WriteLine(line);
        }
    }
}
