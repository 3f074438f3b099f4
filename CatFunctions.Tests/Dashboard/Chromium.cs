namespace CatFunctions.Tests.Dashboard;

/// <summary>The browser of this machine.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

    /// <summary>The path of a Chromium, the one that the variable <c>CHROMIUM</c> names or the first on the path; null if there is none.</summary>
    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named ? named : Candidates().FirstOrDefault(File.Exists);

    private static IEnumerable<string> Candidates() =>
        from name in Names
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        where folder.Length > 0
        select System.IO.Path.Combine(folder, name);
}
