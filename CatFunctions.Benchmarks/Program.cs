using System.CommandLine;
using BenchmarkDotNet.Running;
using CatFunctions.Benchmarks;
using CatFunctions.Benchmarks.Pipeline;

if (args is ["pipeline", ..])
{
    var root = new RootCommand("Benchmarks of CatFunctions.") { PipelineCommand.Create() };
    return await CatFunctions.Local.Cli.CommandLine.RunAsync(root, args);
}

BenchmarkSwitcher.FromAssembly(typeof(SimulateTick).Assembly).Run(args);
return 0;
