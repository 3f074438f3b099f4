namespace CatFunctions.Tests;

/// <summary>A new folder that is deleted with all it holds at the end of a test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("catfunctions-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
