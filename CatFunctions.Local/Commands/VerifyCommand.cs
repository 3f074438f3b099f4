using System.CommandLine;
using CatFunctions.Core.EventLog;

namespace CatFunctions.Local.Commands;

/// <summary><c>verify</c>: checks the whole log.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Check the event log; exits with 1 if it breaks its promise.")
        {
            CliOptions.Data,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        var folder = builder.AddEventLog(arguments);
        using var host = builder.Build();
        if (!Directory.Exists(folder))
        {
            throw new FailureException($"There is no folder {folder}. Name the folder of the event log with --data.");
        }

        var verifier = new LogVerifier(host.Services.GetRequiredService<ISegmentStore>());
        var report = await verifier.VerifyAsync(cancellationToken);
        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine($"problem: {problem}");
        }

        Console.WriteLine(
            $"{report.Events} events of {report.Ticks} ticks ({report.UnfinishedTicks} unfinished), "
            + $"{report.DeadLetters} dead letters, {report.Segments} segments, {report.ProblemCount} problems");
        return report.ProblemCount is 0 ? 0 : 1;
    }
}
