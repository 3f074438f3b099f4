using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>What the users did in a window, and how the pipeline is.</summary>
/// <param name="Window">The window.</param>
/// <param name="GeneratedAt">The time of the answer, in UTC.</param>
/// <param name="From">
/// The first moment of the window, a whole minute in UTC: a window is whole minutes, the current one included. Null for all.
/// </param>
/// <param name="Totals">The sums over the window.</param>
/// <param name="Timeline">The sums over time.</param>
/// <param name="Leaderboards">The best photos.</param>
/// <param name="Breeds">The sums by breed, most viewed first; photos of no known breed are in none.</param>
/// <param name="Health">How the pipeline is, whatever the window.</param>
public sealed record AnalyticsReport(
    AnalyticsWindow Window,
    DateTime GeneratedAt,
    DateTime? From,
    WindowTotals Totals,
    Timeline Timeline,
    Leaderboards Leaderboards,
    IReadOnlyList<BreedTotals> Breeds,
    PipelineHealth Health)
{
    /// <summary>
    /// Names this content, for an ETag: letters and digits. What only tells the time is left out, namely
    /// <see cref="GeneratedAt"/>, <see cref="PipelineHealth.NewestEventAgeSeconds"/> and the text of
    /// <see cref="PipelineHealth.Message"/>. Any instance that reads the same log gives the same tag.
    /// </summary>
    [JsonIgnore]
    public string Tag { get; init; } = "";
}
