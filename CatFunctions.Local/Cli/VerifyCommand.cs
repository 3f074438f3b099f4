using System.CommandLine;
using System.Globalization;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.Outbox;
using CatFunctions.Local.Terminal;
using Microsoft.Extensions.Options;

namespace CatFunctions.Local.Cli;

/// <summary><c>verify</c>: checks the whole log.</summary>
internal static class VerifyCommand
{
    private static readonly Option<bool> AllowGaps = new("--allow-gaps")
    {
        Description = "Offsets that are in neither log are no problem: the topic is compacted, or written in transactions",
    };

    public static Command Create()
    {
        var command = new Command("verify", "Check the event log; exit with 1 if it has problems.");
        command.AddEventLog();
        command.Add(AllowGaps);
        command.Add(CliOptions.Json);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        var location = builder.AddEventLog(arguments);
        using var host = builder.Build();
        location.RequireFolder();

        var isJson = arguments.GetValue(CliOptions.Json);
        var terminal = host.Services.GetRequiredService<TerminalOutput>();
        var clock = host.Services.GetRequiredService<TimeProvider>();
        var verifier = new LogVerifier(
            host.Services.GetRequiredService<ISegmentStore>(),
            isJson ? null : new VerificationMeter(terminal, clock),
            clock,
            arguments.GetValue(AllowGaps) || host.Services.GetRequiredService<IOptions<EventLogOptions>>().Value.AllowGaps,
            host.Services.GetRequiredService<TickOutbox>().ListAsync);
        var report = await verifier.VerifyAsync(cancellationToken);
        if (report.Segments == 0 && location.Folder is null)
        {
            throw new FailureException($"There is no event log in {location}. Name its container with --blob-container.");
        }

        if (isJson)
        {
            CliJson.Write(terminal, report);
            return report.ProblemCount is 0 ? 0 : 1;
        }

        foreach (var problem in report.Problems)
        {
            terminal.WriteErrorLine($"problem: {problem}");
        }

        string[] notes = [.. report.Notes, .. report.Foreign.Select(path => $"{path} is not a file of the log; nothing reads it")];
        foreach (var note in notes.Take(LogVerifier.MaxProblems))
        {
            terminal.WriteLine($"note: {note}");
        }

        if (notes.Length > LogVerifier.MaxProblems)
        {
            terminal.WriteLine($"note: there are {notes.Length} notes in all; --json has each");
        }

        foreach (var partition in report.Partitions)
        {
            terminal.WriteLine(Describe(partition));
        }

        terminal.WriteLine(Describe(report));
        return report.ProblemCount is 0 ? 0 : 1;
    }

    private static string Describe(PartitionReport partition) => string.Create(
        CultureInfo.InvariantCulture,
        $"{partition.Log.FolderName}, partition {partition.Partition}: {partition.Lines} lines, offsets {partition.FirstOffset} to "
        + $"{partition.LastOffset}, {partition.Repeated} repeated, "
        + $"{partition.Segments} segments, {partition.Generations} generations of the topic");

    private static string Describe(VerificationReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Events} events of {report.Ticks} ticks ({report.UnfinishedTicks} unfinished{Unfinished(report)}{Cut(report)}), "
        + $"{report.MissingEvents} missing, {report.DeadLetters} dead letters, {report.Copies} copies left out, {report.Gaps} offsets in neither log, "
        + $"{report.Segments} segments, {report.ProblemCount} problems");

    private static string Unfinished(VerificationReport report) =>
        report.UnfinishedTicks > 0 ? $" with {report.UnfinishedEvents} events in flight" : "";

    private static string Cut(VerificationReport report) =>
        report.CutTicks > 0 ? $", {report.CutTicks} cut by retention" : "";
}

/// <summary>Shows the progress of a verification that takes long.</summary>
file sealed class VerificationMeter(TerminalOutput terminal, TimeProvider clock) : IProgress<VerificationProgress>
{
    private readonly TimeSpan _interval = terminal.IsInteractive ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
    private long _shown = clock.GetTimestamp();

    public void Report(VerificationProgress value)
    {
        if (clock.GetElapsedTime(_shown) >= _interval)
        {
            _shown = clock.GetTimestamp();
            terminal.ShowStatus(string.Create(
                CultureInfo.InvariantCulture,
                $"Verifying: {100 * value.Bytes / Math.Max(1, value.TotalBytes)} %, {value.Lines:N0} lines"));
        }
    }
}
