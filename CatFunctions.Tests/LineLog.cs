namespace CatFunctions.Tests;

/// <summary>Lines that come in over time. Safe for concurrent use.</summary>
internal sealed class LineLog
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> IsExpected, TaskCompletionSource<string> Found)> _waiting = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            _waiting.RemoveAll(wait => wait.IsExpected(line) && wait.Found.TrySetResult(line));
        }
    }

    /// <summary>The first line that is as expected, once it is there.</summary>
    public async Task<string> WaitForAsync(Func<string, bool> isExpected)
    {
        Task<string> found;
        lock (_lock)
        {
            if (_lines.FirstOrDefault(isExpected) is { } line)
            {
                return line;
            }

            var source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((isExpected, source));
            found = source.Task;
        }

        try
        {
            return await found.WaitAsync(Eventually.Timeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The line did not come. There is:{Environment.NewLine}{string.Join(Environment.NewLine, Lines)}");
        }
    }
}
