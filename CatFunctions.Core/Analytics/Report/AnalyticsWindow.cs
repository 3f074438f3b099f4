using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>A span of event time, up to now, that analytics cover.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnalyticsWindow>))]
public enum AnalyticsWindow
{
    /// <summary>The last 15 minutes.</summary>
    [JsonStringEnumMemberName("15m")]
    QuarterHour,

    /// <summary>The last hour.</summary>
    [JsonStringEnumMemberName("1h")]
    Hour,

    /// <summary>The last 24 hours.</summary>
    [JsonStringEnumMemberName("24h")]
    Day,

    /// <summary>All of the log.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>The names and lengths of the windows.</summary>
public static class AnalyticsWindows
{
    /// <summary>The names, as in a query and in the JSON, in the order of <see cref="AnalyticsWindow"/>.</summary>
    public static ImmutableArray<string> Names { get; } = ["15m", "1h", "24h", "all"];

    /// <summary>Finds the window with a name; false if there is none.</summary>
    public static bool TryParse(string? name, out AnalyticsWindow window)
    {
        var index = Names.AsSpan().IndexOf(name);
        window = (AnalyticsWindow)Math.Max(index, 0);
        return index >= 0;
    }

    public static string NameOf(this AnalyticsWindow window) => Names[(int)window];

    /// <summary>Its length in minutes; null for <see cref="AnalyticsWindow.All"/>.</summary>
    public static int? MinutesOf(this AnalyticsWindow window) => window switch
    {
        AnalyticsWindow.QuarterHour => 15,
        AnalyticsWindow.Hour => 60,
        AnalyticsWindow.Day => 24 * 60,
        _ => null,
    };
}
