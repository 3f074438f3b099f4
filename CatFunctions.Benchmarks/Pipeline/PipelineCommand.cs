using System.CommandLine;
using CatFunctions.Core;
using CatFunctions.Local;
using CatFunctions.Local.Cli;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary><c>pipeline</c>: measures the whole pipeline and what it can be compared with, in one run.</summary>
internal static class PipelineCommand
{
    private static readonly Option<long> Events = NewNumber("--events", "How many events", 1_000_000, max: 1_000_000_000, min: 20_000);

    private static readonly Option<long> Partitions = NewNumber("--partitions", "Partitions of the topic", 3, max: 100);

    private static readonly Option<long> Rounds = NewNumber("--rounds", "How often each part runs; the median counts", 3, max: 100);

    private static readonly Option<long> Seconds =
        NewNumber("--seconds", "How long the local host runs, at 5,000 events per second", 30, max: 3600);

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "Folder on the disk to measure; the files are in a new folder below it, which is deleted at the end",
        HelpName = "DIR",
        DefaultValueFactory = _ => AppContext.BaseDirectory,
    };

    private static readonly Option<string> LocalHostProgram = new("--local-host")
    {
        Description = "The local host to measure; by default the build of scripts/run-local.sh",
        HelpName = "FILE",
    };

    private static readonly Option<string> Json = new("--json")
    {
        Description = "File for the results",
        HelpName = "FILE",
        DefaultValueFactory = _ => Path.Combine("BenchmarkDotNet.Artifacts", "pipeline.json"),
    };

    public static Command Create()
    {
        var command = new Command("pipeline", "Measure the whole pipeline and what it can be compared with.")
        {
            CliOptions.Brokers,
            Partitions,
            Events,
            Rounds,
            Seconds,
            LocalHostProgram,
            Folder,
            Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var json = Path.GetFullPath(arguments.GetValue(Json)!);
        var folder = Path.Combine(arguments.GetValue(Folder)!, $"catfunctions-benchmark-{Guid.NewGuid():N}");
        RequireWritable(Path.GetDirectoryName(json)!, Json.Name);
        RequireWritable(folder, Folder.Name);

        var benchmark = new PipelineBenchmark(
            arguments.GetValue(CliOptions.Brokers),
            (int)arguments.GetValue(Partitions),
            arguments.GetValue(Events),
            (int)arguments.GetValue(Rounds),
            TimeSpan.FromSeconds(arguments.GetValue(Seconds)),
            arguments.GetValue(LocalHostProgram),
            folder);
        var report = await benchmark.RunAsync(cancellationToken);
        ReportTable.Write(report, Console.Out);
        await File.WriteAllTextAsync(json, report.ToJson(), cancellationToken);
        Console.WriteLine($"Written to {json}.");
    }

    // Now rather than after minutes of work.
    private static void RequireWritable(string folder, string option)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, Path.GetRandomFileName()), bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"Cannot write to {folder}: {exception.Message.TrimEnd('.')}. Choose another place with {option}.", exception);
        }
    }

    private static Option<long> NewNumber(string name, string description, long byDefault, long max, long min = 1) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => CliOptions.Parse(
            result,
            $"takes a number from {min} to {max}",
            (string text, out long number) =>
                SettingText.TryParseInteger(text, out number) && number >= min && number <= max),
    };
}
