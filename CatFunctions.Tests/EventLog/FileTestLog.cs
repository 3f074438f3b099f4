using System.Text;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Tests.EventLog;

/// <summary>A log in a temporary folder.</summary>
public sealed class FileTestLog : TestLog
{
    private readonly TempFolder _folder = new();

    public FileTestLog() => Store = new FileSegmentStore(Root);

    public string Root => _folder.Path;

    public override ISegmentStore Store { get; }

    public override string[] Files(LogKind log) => Directory.Exists(PathOf(log.FolderName))
        ? [.. Directory.EnumerateFiles(PathOf(log.FolderName), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)]
        : [];

    public override string Read(string path)
    {
        using var reader = new StreamReader(
            new FileStream(PathOf(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public override void Append(string path, string text) => File.AppendAllText(PathOf(path), text);

    public override void Create(string path, string text) => File.WriteAllText(PathOf(path), text);

    public string PathOf(string path) => Path.Combine(Root, path);

    public override void Dispose() => _folder.Dispose();
}
