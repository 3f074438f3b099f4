using System.CommandLine;
using System.Globalization;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Local.Cli;

/// <summary><c>dead-letters</c>: shows the records that were not valid events, and produces them again.</summary>
internal static class DeadLettersCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Also replay those that are still not valid events" };

    public static Command Create()
    {
        var list = new Command("list", "Show the dead letters.") { CliOptions.Json };
        list.AddEventLog();
        list.SetAction(ListAsync);

        var replay = new Command(
            "replay", "Produce the dead letters that are now valid events to Kafka again, each once; continue where the last replay stopped.")
        {
            CliOptions.RequiredBrokers,
            CliOptions.Topic,
            All,
            CliOptions.Json,
        };
        replay.AddEventLog();
        replay.SetAction(ReplayAsync);

        return new Command("dead-letters", "Show or replay the records that were not valid events.") { list, replay };
    }

    private static async Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var host = LocalHost.OpenLog(arguments);
        var isJson = arguments.GetValue(CliOptions.Json);
        var terminal = host.Services.GetRequiredService<TerminalOutput>();
        var (all, replayed, events) = (0, 0, 0);
        await foreach (var letter in host.Services.GetRequiredService<DeadLetterLog>().ReadAsync(cancellationToken))
        {
            all++;
            replayed += letter.IsReplayed ? 1 : 0;
            events += letter is { IsReplayed: false, IsEventNow: true } ? 1 : 0;
            if (isJson)
            {
                CliJson.Write(terminal, letter);
            }
            else
            {
                terminal.WriteLine(Describe(letter));
            }
        }

        if (!isJson)
        {
            terminal.WriteLine($"{all} dead letters, {replayed} of them replayed, {events} more are now valid events");
        }

        return 0;
    }

    private static async Task<int> ReplayAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var host = LocalHost.OpenLog(arguments, builder =>
        {
            builder.AddKafka(arguments, arguments.GetValue(CliOptions.RequiredBrokers)!);
            builder.Services.AddSingleton<DeadLetterReplay>();
        });
        var (replayed, left) = await host.Services.GetRequiredService<DeadLetterReplay>()
            .RunAsync(arguments.GetValue(All), cancellationToken);
        var terminal = host.Services.GetRequiredService<TerminalOutput>();
        if (arguments.GetValue(CliOptions.Json))
        {
            CliJson.Write(terminal, new ReplayResult(replayed, left));
        }
        else
        {
            terminal.WriteLine($"{replayed} dead letters replayed, {left} left");
        }

        return 0;
    }

    private static string Describe(StoredDeadLetter stored)
    {
        // It may quote the value.
        var reason = string.Concat(stored.Letter.Reason.Select(character => char.IsControl(character) ? '\uFFFD' : character));
        var state = stored.IsReplayed ? " (replayed)" : stored.IsEventNow ? " (now a valid event)" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"partition {stored.Letter.Partition}, offset {stored.Letter.Offset}, {stored.Letter.Time:yyyy-MM-ddTHH:mm:ss.fffZ}, "
            + $"{stored.Letter.Value?.Length ?? 0} bytes: {reason}{state}");
    }
}
