using System.CommandLine;
using System.Globalization;
using CatFunctions.Core;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Outbox;
using CatFunctions.Core.Ticks;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Local.Cli;

/// <summary>Registers the parts of the pipeline. Options of the command line override all other settings.</summary>
internal static class PipelineServices
{
    /// <summary>Adds what every command needs: terminal, logging, the pipeline itself.</summary>
    public static void AddLocalDefaults(this IHostApplicationBuilder builder)
    {
        builder.Logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("CatFunctions", LogLevel.Information)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None) // repeats what CommandLine says
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None) // repeats what the pipeline says
            .AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Services.AddSingleton<ILoggerProvider, TerminalLoggerProvider>();
        builder.Services.AddSingleton(TerminalOutput.FromConsole());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PipelineStatus>();
        builder.Services.AddSingleton<StatusReporter>();
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddSingleton<CatPipeline>();
    }

    /// <summary>Adds the connection to Kafka brokers.</summary>
    public static void AddKafka(this IHostApplicationBuilder builder, ParseResult arguments, string brokers)
    {
        builder.Services.AddSingleton(new KafkaSettings(
            brokers, arguments.GetValue(CliOptions.Topic)!, IsEmbedded: false, ReadProperties(builder), GroupOf(arguments)));
        builder.Services.AddSingleton(new InFlightBudget(byteLimit: null));
    }

    /// <summary>Adds a broker in this process, and the connection to it.</summary>
    public static void AddEmbeddedKafka(this IHostApplicationBuilder builder, ParseResult arguments)
    {
        var topic = arguments.GetValue(CliOptions.Topic)!;
        builder.Services.AddSingleton(_ => new EmbeddedBroker(
            topic, arguments.GetValue(CliOptions.Partitions), arguments.GetValue(CliOptions.BrokerPort)));
        builder.Services.AddSingleton(provider => new KafkaSettings(
            provider.GetRequiredService<EmbeddedBroker>().BootstrapServers,
            topic,
            IsEmbedded: true,
            ReadProperties(builder),
            GroupOf(arguments)));
        builder.Services.AddSingleton(new InFlightBudget(KafkaSettings.EmbeddedByteLimit));
    }

    /// <summary>Adds the first half of the pipeline: from photos to Kafka.</summary>
    public static void AddProducing(this IHostApplicationBuilder builder, ParseResult arguments)
    {
        Override(builder, "Simulation:EventsPerSecond", arguments.GetValue(CliOptions.Rate));
        Override(builder, "Simulation:Seed", arguments.GetValue(CliOptions.Seed));
        builder.Services.AddProducing(arguments.GetValue(CliOptions.Photos));
        builder.Services.AddSingleton(
            arguments.GetValue(CliOptions.Schedule) ?? TickSchedule.Parse(CliOptions.DefaultSchedule));
        builder.Services.AddSingleton<TickTimer>();
        builder.Services.AddSingleton<EventProducer>();
        builder.Services.AddSingleton<ProduceLoop>();

        var photos = arguments.GetValue(CliOptions.Photos).ToString().ToLowerInvariant();
        builder.Services.AddSingleton(new PipelinePart($"producing (photos: {photos})"));
    }

    /// <summary>Adds the second half of the pipeline: from Kafka to the log.</summary>
    public static void AddRecording(this IHostApplicationBuilder builder, ParseResult arguments)
    {
        var location = builder.AddEventLog(arguments);
        builder.Services.AddSingleton(new PipelinePart($"recording to {location}"));
        builder.Services.AddSingleton<EventConsumer>();
        builder.Services.AddSingleton<RecordLoop>();
    }

    /// <summary>Adds the page.</summary>
    public static void AddPage(this IHostApplicationBuilder builder, ParseResult arguments)
    {
        builder.Services.AddDashboard();
        builder.Services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<PageServer>(provider, arguments.GetValue(CliOptions.Port)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<PageServer>());
    }

    /// <summary>Adds the event log.</summary>
    /// <returns>Where it is.</returns>
    public static EventLogLocation AddEventLog(this IHostApplicationBuilder builder, ParseResult arguments)
    {
        const string DirectoryKey = $"{EventLogOptions.Section}:{nameof(EventLogOptions.Directory)}";
        const string ContainerKey = $"{EventLogOptions.Section}:{nameof(EventLogOptions.Container)}";
        var data = arguments.GetValue(CliOptions.Data);
        var container = arguments.GetValue(CliOptions.BlobContainer);
        if (arguments.GetValue(CliOptions.Storage) is { } storage)
        {
            Override(builder, EventLogOptions.Storage, storage);
            Override(builder, $"{EventLogOptions.Storage}:blobServiceUri", "");
        }

        if (container is null && data is null)
        {
            container = builder.Configuration[ContainerKey];
            data = builder.Configuration[DirectoryKey];
        }

        var location = new EventLogLocation(
            string.IsNullOrEmpty(container) && string.IsNullOrEmpty(data) ? "./data" : data, container);
        Override(builder, DirectoryKey, location.Folder ?? "");
        Override(builder, ContainerKey, location.Container ?? "");
        builder.Services.AddEventLog().AddOutbox();
        return location;
    }

    private static void Override<T>(IHostApplicationBuilder builder, string key, T? value)
    {
        if (value is not null)
        {
            builder.Configuration.AddInMemoryCollection(
                [new(key, string.Create(CultureInfo.InvariantCulture, $"{value}"))]);
        }
    }

    private static string GroupOf(ParseResult arguments) => arguments.GetValue(CliOptions.Group) ?? KafkaSettings.DefaultGroup;

    private static Dictionary<string, string> ReadProperties(IHostApplicationBuilder builder) =>
        builder.Configuration.GetSection(KafkaSettings.Section).GetChildren()
            .Where(property => property.Value is not null)
            .ToDictionary(property => property.Key, property => property.Value!, StringComparer.Ordinal);
}

/// <summary>Where the event log is: a folder or a blob container.</summary>
internal sealed record EventLogLocation(string? Folder, string? Container)
{
    /// <summary>The location in words for the user.</summary>
    public override string ToString() => string.IsNullOrEmpty(Container) ? $"{Folder}" : $"container {Container}";
}
