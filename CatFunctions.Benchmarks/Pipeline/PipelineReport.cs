using System.Runtime.InteropServices;
using System.Text.Json;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>What a run has measured.</summary>
/// <param name="Time">When.</param>
/// <param name="Broker"><c>embedded</c>, or its address. With the embedded one, events were produced while they were read.</param>
/// <param name="Events">How many events each measurement had.</param>
/// <param name="Partitions">How many partitions they were in.</param>
/// <param name="BytesPerEvent">The size of an event's JSON on average.</param>
/// <param name="Measurements">What was measured.</param>
/// <param name="Ratios">How it compares.</param>
/// <param name="Skipped">What was not measured, and why.</param>
/// <param name="RecorderProcess">What the recorder took as a process of its own; null with an embedded broker.</param>
/// <param name="LocalHost">What the local host was like.</param>
internal sealed record PipelineReport(
    DateTimeOffset Time,
    string Broker,
    long Events,
    int Partitions,
    double BytesPerEvent,
    IReadOnlyList<Measurement> Measurements,
    IReadOnlyList<Ratio> Ratios,
    IReadOnlyList<string> Skipped,
    RecorderProcessResult? RecorderProcess,
    LocalHostResult LocalHost)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Where it was measured.</summary>
    public string Machine { get; } =
        $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}
