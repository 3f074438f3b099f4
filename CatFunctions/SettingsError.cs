using Microsoft.Extensions.Options;

namespace CatFunctions;

/// <summary>Tells wrong settings from all else that can keep an app from starting.</summary>
internal static class SettingsError
{
    /// <summary>One line that says what is wrong with the settings; null if they are not to blame.</summary>
    public static string? Describe(Exception exception)
    {
        var failures = string.Join(' ', Failures(exception));
        return failures.Length == 0 ? null : $"The app settings are not right. {failures}";
    }

    private static IEnumerable<string> Failures(Exception exception) => exception switch
    {
        OptionsValidationException invalid => invalid.Failures,
        AggregateException several => several.InnerExceptions.SelectMany(Failures),
        InvalidOperationException { InnerException: FormatException or ArgumentException or OverflowException } unreadable =>
            [unreadable.Message],
        _ => [],
    };
}
