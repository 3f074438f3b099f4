using System.Diagnostics;
using System.Reflection;

namespace CatFunctions.Tests.Deployment;

/// <summary>The Bicep compiler. It comes in a package, which the project references for Linux on x64 alone.</summary>
internal static class Bicep
{
    private static readonly string? Compiler = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "BicepPath").Value;

    /// <summary>Runs it, and must succeed. Where there is none, the test is skipped.</summary>
    /// <returns>What it wrote, and its errors and warnings.</returns>
    public static async Task<(string Output, string Diagnostics)> RunAsync(params string[] arguments)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Compiler), "The package of the Bicep compiler is referenced on Linux, x64, only.");
        using var process = Process.Start(new ProcessStartInfo(Compiler!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var diagnostics = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await diagnostics);
        return (await output, await diagnostics);
    }
}
