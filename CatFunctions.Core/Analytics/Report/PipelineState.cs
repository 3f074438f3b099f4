using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>How the pipeline is, in a word.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineState>))]
public enum PipelineState
{
    /// <summary>Events arrive, and all that should be there is there.</summary>
    [JsonStringEnumMemberName("healthy")]
    Healthy,

    /// <summary>There is no event yet, or the log is still being read.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>No event for longer than <see cref="PipelineHealth.StaleAfter"/>.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,

    /// <summary>Within <see cref="PipelineHealth.RecentHours"/>, events are missing or dead letters were recorded.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,
}
