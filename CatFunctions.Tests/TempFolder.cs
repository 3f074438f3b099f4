namespace CatFunctions.Tests;

/// <summary>A new folder that is deleted with all it holds at the end of a test.</summary>
internal sealed class TempFolder : IDisposable
{
    // Tests flush files many thousands of times, which takes no time in memory: Linux's own folder there, where it is large enough.
    private const string InMemory = "/dev/shm";
    private const long EnoughBytes = 4L << 30;

    private static readonly string Parent =
        Directory.Exists(InMemory) && new DriveInfo(InMemory).AvailableFreeSpace >= EnoughBytes ? InMemory : System.IO.Path.GetTempPath();

    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(Parent, $"catfunctions-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
