using System.CommandLine;

namespace CatFunctions.Local.Cli;

/// <summary><c>record</c>: the second half of the pipeline.</summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var command = new Command("record", "Only record events from Kafka to the log.")
        {
            CliOptions.RequiredBrokers,
            CliOptions.Topic,
            CliOptions.For,
        };
        command.AddEventLog();
        command.SetAction(RunAsync);
        return command;
    }

    private static Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        builder.AddKafka(arguments.GetValue(CliOptions.RequiredBrokers)!, arguments.GetValue(CliOptions.Topic)!);
        builder.AddRecording(arguments);
        return LocalHost.RunAsync(builder.Build(), arguments.GetValue(CliOptions.For), cancellationToken);
    }
}
