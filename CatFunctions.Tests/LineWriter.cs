namespace CatFunctions.Tests;

/// <summary>A writer whose lines a test can wait for.</summary>
internal sealed class LineWriter : TextWriter
{
    private readonly LineLog _lines = new();
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    public IReadOnlyList<string> Lines => _lines.Lines;

    public Task<string> WaitForAsync(string text) => _lines.WaitForAsync(line => line.Contains(text));

    public override void Write(char value)
    {
        lock (_line)
        {
            if (value is '\n')
            {
                _lines.Add(_line.ToString().TrimEnd('\r'));
                _line.Clear();
            }
            else
            {
                _line.Append(value);
            }
        }
    }
}
