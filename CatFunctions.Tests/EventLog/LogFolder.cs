using System.Text.Json;
using CatFunctions.Core.EventLog;

namespace CatFunctions.Tests.EventLog;

/// <summary>Reads a log's folder as any outsider would: files, lines, JSON.</summary>
internal static class LogFolder
{
    /// <summary>The files of a log, as paths under the root, in order.</summary>
    public static string[] Files(string root, string log) => Directory.Exists(Path.Combine(root, log))
        ? [.. Directory.EnumerateFiles(Path.Combine(root, log), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The lines of a log, in the order of its files.</summary>
    public static string[] Lines(string root, string log) =>
        [.. Files(root, log).SelectMany(path => File.ReadAllLines(Path.Combine(root, path)))];

    /// <summary>The offsets of a log's lines, in the order of its files.</summary>
    public static long[] Offsets(string root, string log = LogNames.Events) =>
        [.. Lines(root, log).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("kafkaoffset").GetInt64())];
}
