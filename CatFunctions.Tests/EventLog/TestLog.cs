namespace CatFunctions.Tests.EventLog;

/// <summary>A log of its own for one test, read as any outsider would: files, lines, JSON.</summary>
public abstract class TestLog : IDisposable
{
    public abstract ISegmentStore Store { get; }

    /// <summary>The files of a log, as paths under the root, in order.</summary>
    public abstract string[] Files(LogKind log);

    /// <summary>The whole text of a file.</summary>
    public abstract string Read(string path);

    /// <summary>Adds to a file what no recorder would write.</summary>
    public abstract void Append(string path, string text);

    /// <summary>Puts a file there that is not of the log.</summary>
    public abstract void Create(string path, string text);

    public abstract void Dispose();

    /// <summary>The lines of a log, or of a partition of it, in the order of its files.</summary>
    public string[] Lines(LogKind log, int? partition = null) =>
        [.. Files(log).Where(path => partition is null || path.Contains($"/partition={partition}/", StringComparison.Ordinal))
            .SelectMany(path => Read(path).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>The offsets of a log's lines, in the order of its files.</summary>
    public long[] Offsets(LogKind log = LogKind.Events) =>
        [.. Lines(log).Select(TestEvents.OffsetOf)];
}
