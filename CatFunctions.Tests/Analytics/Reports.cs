using CatFunctions.Core.Analytics.Report;

namespace CatFunctions.Tests.Analytics;

/// <summary>What is reported of a state that holds all of its log.</summary>
internal static class Reports
{
    public static AnalyticsReport Of(AnalyticsState fold, AnalyticsWindow window, DateTimeOffset now, int top = 10) =>
        Of(fold, new AnalyticsQuery(window) { Top = top }, now);

    public static AnalyticsReport Of(AnalyticsState fold, AnalyticsQuery query, DateTimeOffset now) =>
        ReportBuilder.Build(fold, LogCoverage.Of(fold, now), query, Health(fold, now), now);

    public static PipelineHealth Health(
        AnalyticsState fold, DateTimeOffset now, IReadOnlyDictionary<DateTimeOffset, int>? pending = null, LogReading? reading = null) =>
        new HealthBuilder(fold, reading, now, recorder: null, pending, allowGaps: false, now).Build();
}
