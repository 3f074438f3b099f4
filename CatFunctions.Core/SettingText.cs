using System.Globalization;
using System.Text.RegularExpressions;

namespace CatFunctions.Core;

/// <summary>
/// Reads the text of a setting or of an option. Texts that .NET takes for something else than they say are not read, such as
/// 24:00:00 for 24 days, 30 for 30 days, 0,5 for 5 or #10 for 16.
/// </summary>
public static partial class SettingText
{
    /// <summary>How a time is written, to follow "takes" or "set it to".</summary>
    public const string TimeForm = "a time as hh:mm:ss or days.hh:mm:ss, such as 00:00:30 or 1.00:00:00 for a day";

    /// <summary>How a number is written that may have a fraction.</summary>
    public const string NumberForm = "a number in digits with a point for the fraction, such as 0.5 or 1500";

    /// <summary>How a whole number is written.</summary>
    public const string IntegerForm = "a whole number in digits alone, such as 1500";

    /// <summary>Reads a time that is not negative.</summary>
    public static bool TryParseTime(string text, out TimeSpan time)
    {
        time = default;
        return Time().IsMatch(text) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time);
    }

    /// <summary>Reads a number that is finite.</summary>
    public static bool TryParseNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>Reads a whole number.</summary>
    public static bool TryParseInteger(string text, out long number) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out number);

    /// <summary>Reads a value of the type of a setting.</summary>
    /// <param name="type">The type; null counts as a value of it if it is nullable.</param>
    /// <param name="text">The text, not empty.</param>
    /// <param name="form">How the value is written, to follow "set it to".</param>
    /// <returns>The value; null if the text is not one.</returns>
    /// <exception cref="NotSupportedException">There are no settings of this type.</exception>
    internal static object? Parse(Type type, string text, out string form)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        (string Form, object? Value) parsed = type switch
        {
            _ when type == typeof(string) => ("a text", text),
            _ when type == typeof(bool) => ("true or false", bool.TryParse(text, out var flag) ? flag : null),
            _ when type == typeof(int) => (IntegerForm, TryParseInteger(text, out var number) && number == (int)number ? (int)number : null),
            _ when type == typeof(long) => (IntegerForm, TryParseInteger(text, out var number) ? number : null),
            _ when type == typeof(double) => (NumberForm, TryParseNumber(text, out var number) ? number : null),
            _ when type == typeof(TimeSpan) => (TimeForm, TryParseTime(text, out var time) ? time : null),
            _ when type == typeof(Uri) => ("an address", Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri) ? uri : null),
            _ => throw new NotSupportedException($"There are no settings of the type {type}."),
        };
        form = parsed.Form;
        return parsed.Value;
    }

    // Without its seconds a time is hours and minutes to .NET, and minutes and seconds to many people.
    [GeneratedRegex(@"\A([0-9]{1,8}\.)?([01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](\.[0-9]{1,7})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
