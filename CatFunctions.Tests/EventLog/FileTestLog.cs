namespace CatFunctions.Tests.EventLog;

/// <summary>A log in a temporary folder.</summary>
public sealed class FileTestLog : TestLog
{
    private readonly TempFolder _folder = new();

    public FileTestLog() => Store = new FileSegmentStore(Root);

    public string Root => _folder.Path;

    public override ISegmentStore Store { get; }

    public override string[] Files(LogKind log) => LogFolder.Files(Root, log);

    public override string Read(string path) => LogFolder.Read(PathOf(path));

    public override void Append(string path, string text) => File.AppendAllText(PathOf(path), text);

    public override void Create(string path, string text) => File.WriteAllText(PathOf(path), text);

    public string PathOf(string path) => Path.Combine(Root, path);

    public override void Dispose() => _folder.Dispose();
}
