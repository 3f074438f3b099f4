namespace CatFunctions.Tests.Local;

/// <summary>The log's own verifier, as its users run it.</summary>
internal static partial class Verifier
{
    /// <summary>Verifies the log in a folder, in which nothing may be wrong.</summary>
    /// <returns>The last line of the output: the counts.</returns>
    public static Task<string> VerifyAsync(string folder) => VerifyAsync(["--data", folder]);

    /// <summary>Verifies the log in the place that the options name, in which nothing may be wrong.</summary>
    /// <returns>The last line of the output: the counts.</returns>
    public static async Task<string> VerifyAsync(string[] place)
    {
        var output = await LocalHostProcess.RunAsync(["verify", .. place]);
        output[^1].ShouldEndWith(" 0 problems");
        return output[^1];
    }

    /// <summary>The events in flight, from the last line.</summary>
    public static int InFlight(string lastLine) =>
        Pattern().Match(lastLine) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@" with (\d+) events in flight")]
    private static partial Regex Pattern();
}
