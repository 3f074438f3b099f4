using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using CatFunctions.Core;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Local.Cli;

/// <summary>The options that the commands share. Every error names the option and the values that it takes.</summary>
internal static partial class CliOptions
{
    /// <summary>The default of <see cref="Schedule"/>.</summary>
    public const string DefaultSchedule = "*/5 * * * * *";

    private const int DefaultPort = 7072;
    private const int DefaultPartitions = 3;
    private const int MaxPartitions = 100;

    public static Option<string?> Brokers { get; } = new("--brokers")
    {
        Description = "Kafka brokers [default: an embedded in-memory broker]",
        HelpName = "HOST:PORT[,...]",
        CustomParser = result => ParseText(
            result, "takes HOST:PORT[,HOST:PORT...], such as localhost:9092", text => text.Split(',').All(IsAddress)),
    };

    /// <summary><see cref="Brokers"/> for the commands without an embedded broker.</summary>
    public static Option<string> RequiredBrokers { get; } = new("--brokers")
    {
        Description = "Kafka brokers",
        HelpName = Brokers.HelpName,
        Required = true,
        CustomParser = Brokers.CustomParser!,
    };

    public static Option<string> Topic { get; } = new("--topic")
    {
        Description = "Kafka topic of the events",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cat_photo_events",
        CustomParser = result => ParseText(
            result,
            "takes up to 249 letters, digits, '.', '_' and '-'",
            text => TopicName.IsMatch(text) && text is not ("." or ".."))!,
    };

    public static Option<int> Partitions { get; } = new("--partitions")
    {
        Description = "Partitions of the embedded broker's topic",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPartitions,
        CustomParser = result => ParseInteger(result, 1, MaxPartitions) ?? 0,
    };

    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder of the event log [default: ./data]",
        HelpName = "DIR",
        CustomParser = result => ParseText(
            result, "takes the path of a folder", text => text.Length > 0 && text.IndexOfAny(Path.GetInvalidPathChars()) < 0),
    };

    public static Option<string?> BlobContainer { get; } = new("--blob-container")
    {
        Description = "Blob container of the event log, instead of a folder",
        HelpName = "NAME",
        CustomParser = result => ParseText(result, $"takes {EventLogOptions.ContainerForm}", EventLogOptions.IsContainerName),
    };

    public static Option<string?> Storage { get; } = new("--storage")
    {
        Description = "Connection string of the container's storage account, or @FILE for a file that holds it, so that the "
            + "list of processes does not show it [default: the environment variable EventLogStorage]",
        HelpName = "CONNECTION|@FILE",
        CustomParser = ParseStorage,
    };

    /// <summary>Adds the options that say where the event log is.</summary>
    public static void AddEventLog(this Command command)
    {
        command.Add(Data);
        command.Add(BlobContainer);
        command.Add(Storage);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Data) is not null && result.GetResult(BlobContainer) is not null)
            {
                result.AddError("--data and --blob-container are both given: choose one of them.");
            }
            else if (result.GetResult(Storage) is not null && result.GetResult(BlobContainer) is null)
            {
                result.AddError("--storage is for --blob-container: give the container too.");
            }
        });
    }

    public static Option<TickSchedule?> Schedule { get; } = new("--schedule")
    {
        Description = "When events are produced, in UTC: a 6-field NCRONTAB expression "
            + $"(second minute hour day month weekday) [default: {DefaultSchedule}]",
        HelpName = "NCRONTAB",
        CustomParser = ParseSchedule,
    };

    public static Option<double?> Rate { get; } = new("--rate")
    {
        Description = "Events per second [default: 50]",
        HelpName = "N",
        CustomParser = result => ParseNullable(
            result,
            $"takes {SettingText.NumberForm}, above 0 and up to {SimulationOptions.MaxEventsPerSecond}",
            (string text, out double rate) =>
                SettingText.TryParseNumber(text, out rate) && rate is > 0 and <= SimulationOptions.MaxEventsPerSecond),
    };

    public static Option<long?> Seed { get; } = new("--seed")
    {
        Description = "Seed of the simulation: the same seed and the same time give the same events",
        HelpName = "N",
        CustomParser = result => ParseNullable<long>(result, $"takes {SettingText.IntegerForm}", SettingText.TryParseInteger),
    };

    public static Option<PhotoMode> Photos { get; } = new Option<PhotoMode>("--photos")
    {
        Description = "Where photos come from; auto: TheCatAPI, or the bundled sample when it cannot be reached "
            + "[default: auto]",
        HelpName = "auto|live|sample",
        CustomParser = result => Parse(
            result,
            "takes auto, live or sample",
            (string text, out PhotoMode mode) =>
                Enum.TryParse(text, ignoreCase: true, out mode) && string.Equals(mode.ToString(), text, StringComparison.OrdinalIgnoreCase)),
    }.Offering("auto", "live", "sample");

    public static Option<int> Port { get; } = new("--port")
    {
        Description = "Port of the page; 0: any free port",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPort,
        CustomParser = result => ParseInteger(result, 0, ushort.MaxValue) ?? 0,
    };

    public static Option<TimeSpan?> For { get; } = new("--for")
    {
        Description = "Stop after this time [default: run until Ctrl+C]",
        HelpName = "HH:MM:SS",
        CustomParser = result => ParseNullable(
            result,
            $"takes {SettingText.TimeForm}, above 0 and up to 24 days",
            (string text, out TimeSpan duration) =>
                SettingText.TryParseTime(text, out duration) && duration > TimeSpan.Zero && duration <= TimeSpan.FromDays(24)),
    };

    public static Option<AnalyticsWindow> Window { get; } = new Option<AnalyticsWindow>("--window")
    {
        Description = "Time span to show, up to now",
        HelpName = string.Join('|', AnalyticsWindows.Names),
        DefaultValueFactory = _ => AnalyticsWindow.Hour,
        CustomParser = result => Parse<AnalyticsWindow>(
            result, $"takes {string.Join(", ", AnalyticsWindows.Names)}", AnalyticsWindows.TryParse),
    }.Offering([.. AnalyticsWindows.Names]);

    public static Option<int> Top { get; } = new("--top")
    {
        Description = "Photos in each leaderboard, and breeds",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
        CustomParser = result => ParseInteger(result, 1, AnalyticsService.MaxTop) ?? 0,
    };

    public static Option<string> Group { get; } = new("--group")
    {
        Description = "Consumer group that records",
        HelpName = "NAME",
        DefaultValueFactory = _ => KafkaSettings.DefaultGroup,
        CustomParser = result => ParseText(
            result,
            "takes up to 249 characters without spaces",
            text => text.Length is > 0 and <= 249 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))!,
    };

    public static Option<int?> BrokerPort { get; } = new("--broker-port")
    {
        Description = "Port of the embedded broker, for other clients [default: any free port]",
        HelpName = "N",
        CustomParser = result => ParseInteger(result, 1, ushort.MaxValue),
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Write JSON, one document a line" };

    public static Option<bool> Watch { get; } = new("--watch") { Description = "Show changes until Ctrl+C" };

    [GeneratedRegex(@"\A[a-zA-Z0-9._-]{1,249}\z")]
    private static partial Regex TopicName { get; }

    /// <summary>Has a shell complete these values, instead of the names of an enumeration.</summary>
    private static Option<T> Offering<T>(this Option<T> option, params string[] values)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add(values);
        return option;
    }

    /// <summary>Reads the value of an option; false if the text is not one.</summary>
    public delegate bool TryParse<T>(string text, out T value);

    /// <summary>Reads the value of an option; if that fails, the error says what the option takes.</summary>
    public static T? Parse<T>(ArgumentResult result, string takes, TryParse<T> tryParse)
    {
        var text = result.Tokens[0].Value;
        if (tryParse(text, out var value))
        {
            return value;
        }

        result.AddError($"{NameOf(result)} {takes}, not '{text}'.");
        return default;
    }

    /// <summary>The same for a text, which is its own value.</summary>
    private static string? ParseText(ArgumentResult result, string takes, Predicate<string> isValid) => Parse(
        result,
        takes,
        (string text, out string? value) =>
        {
            value = text;
            return isValid(text);
        });

    /// <summary>The same for a value that is null where the option is not given.</summary>
    private static T? ParseNullable<T>(ArgumentResult result, string takes, TryParse<T> tryParse)
        where T : struct => Parse(
        result,
        takes,
        (string text, out T? value) =>
        {
            var isValid = tryParse(text, out var read);
            value = read;
            return isValid;
        });

    private static int? ParseInteger(ArgumentResult result, int min, int max) => ParseNullable(
        result, $"takes a number from {min} to {max}", (string text, out int number) => TryParseInteger(text, min, max, out number));

    /// <summary>The option whose value this is, as the user wrote it.</summary>
    private static string NameOf(ArgumentResult result) =>
        result.Parent is OptionResult { IdentifierToken.Value: { } name } ? name : ((OptionResult)result.Parent!).Option.Name;

    private static string? ParseStorage(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        try
        {
            var connection = text.StartsWith('@') ? File.ReadAllText(text[1..]).Trim() : text;
            _ = new BlobServiceClient(connection);
            return connection;
        }
        catch (Exception exception) when (text.StartsWith('@') && exception is IOException or UnauthorizedAccessException)
        {
            result.AddError($"{NameOf(result)} cannot read its file: {exception.Message}");
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // The message of the exception may quote the key.
            result.AddError($"{NameOf(result)} takes a connection string of Azure Storage: copy it from the account's access keys.");
        }

        return null;
    }

    private static TickSchedule? ParseSchedule(ArgumentResult result)
    {
        try
        {
            return TickSchedule.Parse(result.Tokens[0].Value);
        }
        catch (FormatException exception)
        {
            result.AddError($"{NameOf(result)}: {exception.Message}");
            return null;
        }
    }

    private static bool TryParseInteger(string text, int min, int max, out int value)
    {
        var isNumber = SettingText.TryParseInteger(text, out var number) && number >= min && number <= max;
        value = isNumber ? (int)number : 0;
        return isNumber;
    }

    private static bool IsAddress(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon > 0
            && !address.Any(char.IsWhiteSpace)
            && TryParseInteger(address[(colon + 1)..], 1, ushort.MaxValue, out _);
    }
}
