using System.CommandLine;
using System.Globalization;
using CatFunctions.Local.Commands;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary><c>pipeline</c>: measures the whole way of an event, and what it could be compared with, in one run.</summary>
internal static class PipelineCommand
{
    private static readonly Option<long> Events = NewNumber("--events", "How many events", 1_000_000, max: 1_000_000_000);

    private static readonly Option<long> Partitions = NewNumber("--partitions", "Partitions of the topic", 3, max: 100);

    private static readonly Option<long> Rounds = NewNumber("--rounds", "How often each part runs; the median counts", 3, max: 100);

    private static readonly Option<long> Seconds =
        NewNumber("--seconds", "How long the local host runs, at 5,000 events per second", 30, max: 3600);

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "Folder that the files are written to meanwhile, on the disk that is to be measured",
        HelpName = "DIR",
        DefaultValueFactory = _ => AppContext.BaseDirectory,
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
            Folder,
            Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var benchmark = new PipelineBenchmark(
            arguments.GetValue(CliOptions.Brokers),
            (int)arguments.GetValue(Partitions),
            arguments.GetValue(Events),
            (int)arguments.GetValue(Rounds),
            TimeSpan.FromSeconds(arguments.GetValue(Seconds)),
            Path.Combine(arguments.GetValue(Folder)!, "catfunctions-benchmark"));
        var report = await benchmark.RunAsync(cancellationToken);
        ReportTable.Write(report, Console.Out);

        var json = Path.GetFullPath(arguments.GetValue(Json)!);
        Directory.CreateDirectory(Path.GetDirectoryName(json)!);
        await File.WriteAllTextAsync(json, report.ToJson(), cancellationToken);
        Console.WriteLine($"Written to {json}.");
    }

    private static Option<long> NewNumber(string name, string description, long byDefault, long max) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            if (!long.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) || number < 1 || number > max)
            {
                result.AddError($"{name} takes a number from 1 to {max}, not '{result.Tokens[0].Value}'.");
            }

            return number;
        },
    };
}
