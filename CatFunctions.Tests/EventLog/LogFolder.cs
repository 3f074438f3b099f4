namespace CatFunctions.Tests.EventLog;

/// <summary>Reads a log's folder as any outsider would: files, lines, JSON.</summary>
internal static class LogFolder
{
    /// <summary>The files of a log, as paths under the root, in order.</summary>
    public static string[] Files(string root, LogKind log) => Directory.Exists(Path.Combine(root, log.FolderName))
        ? [.. Directory.EnumerateFiles(Path.Combine(root, log.FolderName), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The lines of a log, in the order of its files.</summary>
    public static string[] Lines(string root, LogKind log) =>
        [.. Files(root, log).SelectMany(path => File.ReadAllLines(Path.Combine(root, path)))];

    /// <summary>The offsets of a log's lines, in the order of its files.</summary>
    public static long[] Offsets(string root, LogKind log = LogKind.Events) =>
        [.. Lines(root, log).Select(TestEvents.OffsetOf)];

    /// <summary>Waits until a log holds this many lines.</summary>
    public static Task WaitForLinesAsync(this TempFolder root, LogKind log, int count) =>
        Eventually.IsTrueAsync(() => CountLines(root.Path, log) >= count, $"{count} lines in {log}");

    /// <summary>Counts the whole lines of a log that may be growing.</summary>
    public static int CountLines(string root, LogKind log) =>
        Files(root, log).Sum(path => Read(Path.Combine(root, path)).Count(character => character == '\n'));

    /// <summary>The whole text of a file that may be growing.</summary>
    public static string Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
