using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;

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
        CustomParser = result => Parse(
            result,
            "takes HOST:PORT[,HOST:PORT...], such as localhost:9092",
            (string text, out string? brokers) =>
            {
                brokers = text;
                return text.Split(',').All(IsAddress);
            }),
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
        CustomParser = result => Parse(
            result,
            "takes up to 249 letters, digits, '.', '_' and '-'",
            (string text, out string topic) =>
            {
                topic = text;
                return TopicName.IsMatch(text) && text is not ("." or "..");
            })!,
    };

    public static Option<int> Partitions { get; } = new("--partitions")
    {
        Description = "Partitions of the embedded broker's topic",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPartitions,
        CustomParser = result => Parse(
            result,
            $"takes a number from 1 to {MaxPartitions}",
            (string text, out int partitions) => TryParseInteger(text, 1, MaxPartitions, out partitions)),
    };

    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder of the event log [default: ./data]",
        HelpName = "DIR",
        CustomParser = result => Parse(
            result,
            "takes the path of a folder",
            (string text, out string? data) =>
            {
                data = text;
                return text.Length > 0 && text.IndexOfAny(Path.GetInvalidPathChars()) < 0;
            }),
    };

    public static Option<string?> BlobContainer { get; } = new("--blob-container")
    {
        Description = "Blob container of the event log, instead of a folder",
        HelpName = "NAME",
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
        CustomParser = result => Parse(
            result,
            $"takes a number of events per second, above 0 and up to {SimulationOptions.MaxEventsPerSecond:N0}",
            (string text, out double? rate) =>
            {
                var isNumber = double.TryParse(text, CultureInfo.InvariantCulture, out var number);
                rate = number;
                return isNumber && number is > 0 and <= SimulationOptions.MaxEventsPerSecond;
            }),
    };

    public static Option<long?> Seed { get; } = new("--seed")
    {
        Description = "Seed of the simulation: the same seed and the same time give the same events",
        HelpName = "N",
        CustomParser = result => Parse(
            result,
            "takes a whole number",
            (string text, out long? seed) =>
            {
                var isNumber = long.TryParse(text, CultureInfo.InvariantCulture, out var number);
                seed = number;
                return isNumber;
            }),
    };

    public static Option<PhotoMode> Photos { get; } = new("--photos")
    {
        Description = "Where photos come from; auto: TheCatAPI, or the bundled sample when it cannot be reached "
            + "[default: auto]",
        HelpName = "auto|live|sample",
        CustomParser = result => Parse(
            result,
            "takes auto, live or sample",
            (string text, out PhotoMode mode) =>
                Enum.TryParse(text, ignoreCase: true, out mode) && Enum.IsDefined(mode) && !char.IsAsciiDigit(text[0])),
    };

    public static Option<int> Port { get; } = new("--port")
    {
        Description = "Port of the page; 0: any free port",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPort,
        CustomParser = result => Parse(
            result,
            "takes a number from 0 to 65535",
            (string text, out int port) => TryParseInteger(text, 0, ushort.MaxValue, out port)),
    };

    public static Option<TimeSpan?> For { get; } = new("--for")
    {
        Description = "Stop after this time [default: run until Ctrl+C]",
        HelpName = "HH:MM:SS",
        CustomParser = result => Parse(
            result,
            "takes a time of up to 24 days, such as 00:00:30 or 1.00:00:00",
            (string text, out TimeSpan? duration) =>
            {
                // A number alone would be days.
                var isTime = TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && text.Contains(':');
                duration = time;
                return isTime && time > TimeSpan.Zero && time <= TimeSpan.FromDays(24);
            }),
    };

    public static Option<AnalyticsWindow> Window { get; } = new("--window")
    {
        Description = "Time span to show, up to now",
        HelpName = string.Join('|', AnalyticsWindows.Names),
        DefaultValueFactory = _ => AnalyticsWindow.All,
        CustomParser = result => Parse<AnalyticsWindow>(
            result, $"takes {string.Join(", ", AnalyticsWindows.Names)}", AnalyticsWindows.TryParse),
    };

    public static Option<int> Top { get; } = new("--top")
    {
        Description = "Photos in each leaderboard",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
        CustomParser = result => Parse(
            result,
            $"takes a number from 1 to {AnalyticsService.MaxTop}",
            (string text, out int top) => TryParseInteger(text, 1, AnalyticsService.MaxTop, out top)),
    };

    public static Option<bool> Watch { get; } = new("--watch")
    {
        Description = "Show changes until Ctrl+C",
    };

    [GeneratedRegex("^[a-zA-Z0-9._-]{1,249}$")]
    private static partial Regex TopicName { get; }

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

        result.AddError($"{((OptionResult)result.Parent!).Option.Name} {takes}, not '{text}'.");
        return default;
    }

    private static string? ParseStorage(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!text.StartsWith('@'))
        {
            return text;
        }

        try
        {
            return File.ReadAllText(text[1..]).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            result.AddError($"--storage cannot read its file: {exception.Message}");
            return null;
        }
    }

    private static TickSchedule? ParseSchedule(ArgumentResult result)
    {
        try
        {
            return TickSchedule.Parse(result.Tokens[0].Value);
        }
        catch (FormatException exception)
        {
            result.AddError($"--schedule: {exception.Message}");
            return null;
        }
    }

    private static bool TryParseInteger(string text, int min, int max, out int value) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    private static bool IsAddress(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon > 0
            && !address.Any(char.IsWhiteSpace)
            && TryParseInteger(address[(colon + 1)..], 1, ushort.MaxValue, out _);
    }
}
