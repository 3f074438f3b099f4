using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>A span of event time, up to and including the current minute, that analytics are asked about.</summary>
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
