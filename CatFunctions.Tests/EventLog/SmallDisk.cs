using System.Diagnostics;

namespace CatFunctions.Tests.EventLog;

/// <summary>A small file system of its own in memory. Only root on Linux can mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new();

    public SmallDisk(string size) => Mount("-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path);

    public string Path => _folder.Path;

    /// <summary>Changes how it is mounted.</summary>
    public void Remount(string options) => Mount("-o", $"remount,{options}", Path);

    public void Dispose()
    {
        Run("umount", [Path]);
        _folder.Dispose();
    }

    /// <summary>Why this machine has none; null if it has.</summary>
    public static string? WhyNot()
    {
        try
        {
            using var disk = new SmallDisk("64k");
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "Only root on Linux, outside a container that forbids it, can mount a file system for this test.";
        }
    }

    private void Mount(params string[] arguments)
    {
        if (Run("mount", arguments) != 0)
        {
            _folder.Dispose();
            throw new InvalidOperationException("mount failed");
        }
    }

    private static int Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
