using System.Diagnostics;
using System.Reflection.PortableExecutable;
using CatFunctions.Local;
using CatFunctions.Tests.Deployment;
using CatFunctions.Tests.Local;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A build of the local host.</summary>
/// <param name="Path">Its program.</param>
internal sealed record LocalHostProgram(string Path)
{
    private const string Shell = "/bin/sh";

    /// <summary>Whether it was compiled to machine code beforehand, and not only when it runs.</summary>
    public bool IsReadyToRun
    {
        get
        {
            using var image = new PEReader(File.OpenRead(Path));
            return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
        }
    }

    /// <summary>What its users run: the build of scripts/run-local.sh; without a shell, the one beside this program.</summary>
    public static async Task<LocalHostProgram> BuildAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Shell))
        {
            return new LocalHostProgram(LocalHostProcess.ProgramPath);
        }

        using var build = Process.Start(
            new ProcessStartInfo(Repository.PathOf("scripts/run-local.sh"), ["--version"]) { RedirectStandardOutput = true })!;
        await build.WaitForExitAsync(cancellationToken);
        return build.ExitCode == 0
            ? new LocalHostProgram(Repository.PathOf("artifacts/publish/CatFunctions.Local/release/CatFunctions.Local.dll"))
            : throw new FailureException("scripts/run-local.sh has failed; see its message.");
    }
}
