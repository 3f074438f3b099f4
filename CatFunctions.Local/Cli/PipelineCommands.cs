using System.CommandLine;
using System.CommandLine.Parsing;

namespace CatFunctions.Local.Cli;

/// <summary><c>run</c>: the whole pipeline. <c>produce</c> and <c>record</c>: one half of it each.</summary>
internal static class PipelineCommands
{
    /// <summary>Gives a command the options and the action of <c>run</c>.</summary>
    public static TCommand ConfigureRun<TCommand>(TCommand command)
        where TCommand : Command
    {
        command.Add(CliOptions.Brokers);
        command.Add(CliOptions.Topic);
        command.Add(CliOptions.Partitions);
        command.Add(CliOptions.BrokerPort);
        command.Add(CliOptions.Group);
        command.AddEventLog();
        command.Add(CliOptions.Schedule);
        command.Add(CliOptions.Rate);
        command.Add(CliOptions.Seed);
        command.Add(CliOptions.Photos);
        command.Add(CliOptions.Port);
        command.Add(CliOptions.For);
        command.Validators.Add(RefuseEmbeddedOptionsForOtherBrokers);
        command.SetAction(RunAsync);
        return command;
    }

    public static Command CreateProduce()
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
        command.SetAction(ProduceAsync);
        return command;
    }

    public static Command CreateRecord()
    {
        var command = new Command("record", "Only record events from Kafka to the log.")
        {
            CliOptions.RequiredBrokers,
            CliOptions.Topic,
            CliOptions.Group,
            CliOptions.For,
        };
        command.AddEventLog();
        command.SetAction(RecordAsync);
        return command;
    }

    private static Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        if (arguments.GetValue(CliOptions.Brokers) is { } brokers)
        {
            builder.AddKafka(arguments, brokers);
        }
        else
        {
            builder.AddEmbeddedKafka(arguments);
        }

        builder.AddTelemetryExport();
        builder.AddProducing(arguments);
        builder.AddRecording(arguments);
        builder.AddPage(arguments);
        return LocalHost.RunAsync(builder.Build(), arguments.GetValue(CliOptions.For), cancellationToken);
    }

    private static Task ProduceAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        builder.AddKafka(arguments, arguments.GetValue(CliOptions.RequiredBrokers)!);
        builder.AddTelemetryExport();
        builder.AddProducing(arguments);
        return LocalHost.RunAsync(builder.Build(), arguments.GetValue(CliOptions.For), cancellationToken);
    }

    private static Task RecordAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        builder.AddKafka(arguments, arguments.GetValue(CliOptions.RequiredBrokers)!);
        builder.AddTelemetryExport();
        builder.AddRecording(arguments);
        return LocalHost.RunAsync(builder.Build(), arguments.GetValue(CliOptions.For), cancellationToken);
    }

    private static void RefuseEmbeddedOptionsForOtherBrokers(CommandResult result)
    {
        foreach (var option in (Option[])[CliOptions.Partitions, CliOptions.BrokerPort])
        {
            if (result.GetResult(CliOptions.Brokers) is not null && result.GetResult(option) is { Implicit: false })
            {
                result.AddError($"{option.Name} is for the embedded broker: leave it out, or leave out --brokers.");
            }
        }
    }
}
