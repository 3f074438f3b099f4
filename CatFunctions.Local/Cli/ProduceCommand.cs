using System.CommandLine;

namespace CatFunctions.Local.Cli;

/// <summary><c>produce</c>: the first half of the pipeline.</summary>
internal static class ProduceCommand
{
    public static Command Create()
    {
        var command = new Command("produce", "Only produce events to Kafka.")
        {
            CliOptions.RequiredBrokers,
            CliOptions.Topic,
            CliOptions.Schedule,
            CliOptions.Rate,
            CliOptions.Seed,
            CliOptions.Photos,
            CliOptions.For,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        builder.AddKafka(arguments.GetValue(CliOptions.RequiredBrokers)!, arguments.GetValue(CliOptions.Topic)!);
        builder.AddProducing(arguments);
        return LocalHost.RunAsync(builder.Build(), arguments.GetValue(CliOptions.For), cancellationToken);
    }
}
