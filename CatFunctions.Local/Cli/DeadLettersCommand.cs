using System.CommandLine;
using System.Globalization;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Local.Cli;

/// <summary><c>dead-letters</c>: shows the records that were no events, and produces them again.</summary>
internal static class DeadLettersCommand
{
    private static readonly Option<bool> All = new("--all")
    {
        Description = "Replay those too that the validator still refuses",
    };

    public static Command Create()
    {
        var list = new Command("list", "Show the dead letters.");
        list.AddEventLog();
        list.SetAction(ListAsync);

        var replay = new Command(
            "replay", "Produce the dead letters that are events by now to Kafka again, each once; go on where the last replay stopped.")
        {
            CliOptions.RequiredBrokers,
            CliOptions.Topic,
            All,
        };
        replay.AddEventLog();
        replay.SetAction(ReplayAsync);

        return new Command("dead-letters", "Show or replay the records that were no events.") { list, replay };
    }

    private static async Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        var place = builder.AddEventLog(arguments);
        using var host = builder.Build();
        place.RequireFolder();

        var terminal = host.Services.GetRequiredService<TerminalOutput>();
        var (all, replayed, events) = (0, 0, 0);
        await foreach (var letter in host.Services.GetRequiredService<DeadLetterLog>().ReadAsync(cancellationToken))
        {
            all++;
            replayed += letter.IsReplayed ? 1 : 0;
            events += letter is { IsReplayed: false, IsEventNow: true } ? 1 : 0;
            terminal.WriteLine(Describe(letter));
        }

        terminal.WriteLine($"{all} dead letters, {replayed} of them replayed, {events} more are events by now");
        return 0;
    }

    private static async Task<int> ReplayAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        builder.AddKafka(arguments.GetValue(CliOptions.RequiredBrokers)!, arguments.GetValue(CliOptions.Topic)!);
        builder.Services.AddSingleton<DeadLetterReplay>();
        var place = builder.AddEventLog(arguments);
        using var host = builder.Build();
        place.RequireFolder();

        var (replayed, left) = await host.Services.GetRequiredService<DeadLetterReplay>()
            .RunAsync(arguments.GetValue(All), cancellationToken);
        host.Services.GetRequiredService<TerminalOutput>().WriteLine($"{replayed} dead letters replayed, {left} left");
        return 0;
    }

    private static string Describe(StoredDeadLetter stored)
    {
        // It may tell of what stood in the value.
        var reason = string.Concat(stored.Letter.Reason.Select(character => char.IsControl(character) ? '\uFFFD' : character));
        var state = stored.IsReplayed ? " (replayed)" : stored.IsEventNow ? " (an event by now)" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"partition {stored.Letter.Partition}, offset {stored.Letter.Offset}, {stored.Letter.Time:yyyy-MM-ddTHH:mm:ss.fffZ}, "
            + $"{stored.Letter.Value?.Length ?? 0} bytes: {reason}{state}");
    }
}
