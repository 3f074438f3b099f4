using System.CommandLine;
using CatFunctions.Core;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Photos;
using Confluent.Kafka;

namespace CatFunctions.Local.Cli;

/// <summary>Runs the command that the arguments name. An error becomes one line and an exit code.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    /// <summary>If set, a failure also shows its stack trace.</summary>
    private const string DebugVariable = "CATFUNCTIONS_DEBUG";

    private static readonly InvocationConfiguration Invocation = new()
    {
        EnableDefaultExceptionHandler = false,

        // The host handles Ctrl+C and SIGTERM.
        ProcessTerminationTimeout = null,
    };

    /// <summary>An argument that begins with @ is not a file of arguments.</summary>
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var arguments = root.Parse(args, Parsing);
        if (arguments.Errors is [var error, ..])
        {
            return Fail(WrongUsage, $"{error.Message.TrimEnd('.')}. See --help.");
        }

        try
        {
            return await arguments.InvokeAsync(Invocation);
        }
        catch (UsageException exception)
        {
            return Fail(WrongUsage, exception.Message + (exception.IsAboutSetting ? SettingsSource() : ""), exception);
        }
        catch (Exception exception) when (string.Join(' ', exception.SettingProblems()) is { Length: > 0 } problems)
        {
            return Fail(WrongUsage, problems + SettingsSource(), exception);
        }
        catch (Exception exception) when (exception is FailureException or EventLogException or PhotoSourceException or KafkaException)
        {
            return Fail(Failed, exception.Message, exception);
        }
        catch (Exception exception)
        {
            return Fail(Failed, $"{exception.GetType().Name}: {exception.Message} Set {DebugVariable}=1 to see where.", exception);
        }
    }

    private static string SettingsSource() =>
        File.Exists(LocalHost.SettingsFile) ? $" Settings come from the environment and from {LocalHost.SettingsFile}." : "";

    private static int Fail(int exitCode, string message, Exception? exception = null)
    {
        try
        {
            Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
            if (exception is not null && Environment.GetEnvironmentVariable(DebugVariable) is "1")
            {
                Console.Error.WriteLine(exception);
            }
        }
        catch (IOException)
        {
            // Nobody can read it; the exit code still tells.
        }

        return exitCode;
    }
}
