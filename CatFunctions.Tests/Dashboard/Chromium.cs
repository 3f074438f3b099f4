using System.ComponentModel;
using System.Diagnostics;
using CatFunctions.Tests.Deployment;

namespace CatFunctions.Tests.Dashboard;

/// <summary>The browser of this machine.</summary>
internal static class Chromium
{
    /// <summary>What it may be called, best first.</summary>
    public static string[] Names { get; } =
        Regex.Match(Repository.Read("scripts/chromium.sh"), @"^chromium_names=\((.+)\)$", RegexOptions.Multiline).Groups[1].Value.Split(' ');

    /// <summary>The path of the Chromium that the variable <c>CHROMIUM</c> names, or of the first on the path that works; null if there is none.</summary>
    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named ? named : Candidates().FirstOrDefault(Works);

    private static IEnumerable<string> Candidates() =>
        from name in Names
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        where folder.Length > 0
        let path = System.IO.Path.Combine(folder, name)
        where File.Exists(path)
        select path;

    /// <summary>Some systems have a file of that name that only says how to install a browser.</summary>
    private static bool Works(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, "--version")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process.WaitForExit(Eventually.Timeout) && process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
