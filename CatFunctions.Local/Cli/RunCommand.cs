using System.CommandLine;
using System.CommandLine.Parsing;
using CatFunctions.Core.Dashboard;

namespace CatFunctions.Local.Cli;

/// <summary><c>run</c>: the whole pipeline.</summary>
internal static class RunCommand
{
    /// <summary>Gives a command the options and the action of <c>run</c>.</summary>
    public static TCommand Configure<TCommand>(TCommand command)
        where TCommand : Command
    {
        command.Add(CliOptions.Brokers);
        command.Add(CliOptions.Topic);
        command.Add(CliOptions.Partitions);
        command.AddEventLog();
        command.Add(CliOptions.Schedule);
        command.Add(CliOptions.Rate);
        command.Add(CliOptions.Seed);
        command.Add(CliOptions.Photos);
        command.Add(CliOptions.Port);
        command.Add(CliOptions.For);
        command.Validators.Add(RefusePartitionsOfOtherBrokers);
        command.SetAction(RunAsync);
        return command;
    }

    private static Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateWebBuilder(arguments.GetValue(CliOptions.Port));
        var topic = arguments.GetValue(CliOptions.Topic)!;
        if (arguments.GetValue(CliOptions.Brokers) is { } brokers)
        {
            builder.AddKafka(brokers, topic);
        }
        else
        {
            builder.AddEmbeddedKafka(topic, arguments.GetValue(CliOptions.Partitions));
        }

        builder.AddProducing(arguments);
        builder.AddRecording(arguments);
        builder.Services.AddDashboard();

        var app = builder.Build();
        app.MapDashboard();
        return LocalHost.RunAsync(app, arguments.GetValue(CliOptions.For), cancellationToken);
    }

    private static void RefusePartitionsOfOtherBrokers(CommandResult result)
    {
        if (result.GetResult(CliOptions.Brokers) is not null
            && result.GetResult(CliOptions.Partitions) is { Implicit: false })
        {
            result.AddError("--partitions is for the embedded broker: leave it out, or leave out --brokers.");
        }
    }
}
