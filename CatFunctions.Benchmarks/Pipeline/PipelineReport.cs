using System.Globalization;
using System.Runtime.InteropServices;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// The results of a run. Sizes are averages of an event's JSON. With an embedded broker, events were produced while they
/// were read, and there is no recorder process of its own. What was not measured is in <c>Skipped</c>, with the reason.
/// </summary>
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
    LocalHostResult LocalHost,
    FunctionAppResult FunctionApp)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Machine { get; } =
        $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public string ToJson() => JsonSerializer.Serialize(this, Options);
}

/// <summary>The rate of something that was measured in several rounds.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="EventsPerSecond">Events per second: the median of the rounds.</param>
/// <param name="Rounds">Events per second of each round.</param>
internal sealed record Measurement(string Name, double EventsPerSecond, IReadOnlyList<double> Rounds)
{
    public static Measurement Of(string name, IReadOnlyList<double> rounds) =>
        new(name, MedianOf(rounds), rounds);

    public static double MedianOf(IReadOnlyCollection<double> values) =>
        values.Order().Skip((values.Count - 1) / 2).Take(2 - (values.Count % 2)).Average();
}

/// <summary>One measurement divided by another one of the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Times">Above 1, it is faster than the reference.</param>
internal sealed record Ratio(string Name, string Reference, double Times)
{
    public static Ratio Of(Measurement measured, Measurement reference) =>
        new(measured.Name, reference.Name, measured.EventsPerSecond / reference.EventsPerSecond);
}

/// <summary>The cost of a process that recorded all events.</summary>
/// <param name="PeakMegabytes">Its highest working set, in 10⁶ bytes.</param>
/// <param name="CpuMicrosecondsPerEvent">Its processor time, in user and kernel mode and with its start, for each event.</param>
internal sealed record RecorderProcessResult(double PeakMegabytes, double CpuMicrosecondsPerEvent);

/// <summary>The local host, seen from outside.</summary>
/// <param name="IsReadyToRun">Whether it was compiled to machine code beforehand; where that compiler is missing, its start takes longer.</param>
/// <param name="EventsPerSecond">The rate of events that it was set to.</param>
/// <param name="Events">The events that were observed.</param>
/// <param name="FirstRecordedSeconds">From the start of its process to the first event in the log.</param>
/// <param name="MedianLatencySeconds">From the creation of an event, which is its tick, to its appearance in <c>/api/analytics</c>: the median.</param>
/// <param name="P99LatencySeconds">The same: 99 % are not above it.</param>
/// <param name="MaxLatencySeconds">The same: the highest.</param>
/// <param name="PeakMegabytes">The highest working set of its process, in 10⁶ bytes.</param>
internal sealed record LocalHostResult(
    bool IsReadyToRun,
    int EventsPerSecond,
    int Events,
    double FirstRecordedSeconds,
    double MedianLatencySeconds,
    double P99LatencySeconds,
    double MaxLatencySeconds,
    double PeakMegabytes);

/// <summary>The function app's worker process, as the host sees it: medians from a message to its answer.</summary>
/// <param name="TickEvents">The events of a tick.</param>
/// <param name="TickMilliseconds">The time that the worker takes for one.</param>
/// <param name="PeakMegabytes">Its highest working set, with ticks in succession, in 10⁶ bytes.</param>
/// <param name="Batches">The batches of records.</param>
internal sealed record FunctionAppResult(
    int TickEvents, double TickMilliseconds, double PeakMegabytes, IReadOnlyList<FunctionAppBatch> Batches);

/// <summary>Batches of records that the function app records.</summary>
/// <param name="Records">The records in each.</param>
/// <param name="Milliseconds">The time that the worker takes for one.</param>
/// <param name="OwnMilliseconds">The time that the function itself takes for one, without its flushes to the disk.</param>
/// <param name="DiskMilliseconds">The time that those add.</param>
internal sealed record FunctionAppBatch(int Records, double Milliseconds, double OwnMilliseconds, double DiskMilliseconds)
{
    /// <summary>The part that is neither the worker's nor the disk's.</summary>
    public double OwnShare => OwnMilliseconds / Milliseconds;

    /// <summary>The disk's part.</summary>
    public double DiskShare => DiskMilliseconds / Milliseconds;
}

internal static class ReportTable
{
    public static void Write(PipelineReport report, TextWriter output)
    {
        Line($"{report.Events:N0} events of {report.BytesPerEvent:N0} bytes in {report.Partitions} partitions, {report.Machine}");
        Line($"broker: {report.Broker}");
        if (report.RecorderProcess is null)
        {
            Line($"Events are produced while they are read, by the same cores; with --brokers HOST:PORT they are all there before.");
        }

        Line($"");
        Line($"{"",-40}{"events/s",12}{"MB/s",8}");
        foreach (var measurement in report.Measurements)
        {
            var megabytes = measurement.EventsPerSecond * report.BytesPerEvent / 1e6;
            Line($"{measurement.Name,-40}{measurement.EventsPerSecond,12:N0}{megabytes,8:N0}");
        }

        foreach (var skipped in report.Skipped)
        {
            Line($"{skipped}");
        }

        Line($"");
        foreach (var ratio in report.Ratios)
        {
            Line($"{ratio.Times,8:N2} × {ratio.Reference}: {ratio.Name}");
        }

        var host = report.LocalHost;
        Line($"");
        if (report.RecorderProcess is { } recorder)
        {
            Line($"recorder process: {recorder.PeakMegabytes:N0} MB at most, {recorder.CpuMicrosecondsPerEvent:N2} µs of processor time per event");
        }

        Line($"local host: {host.PeakMegabytes:N0} MB at most, at {host.EventsPerSecond:N0} events/s");
        Line($"{host.FirstRecordedSeconds,8:N2} s from its start to the first recorded event{(host.IsReadyToRun ? "" : ", without code that was compiled beforehand")}");
        Line($"{host.MedianLatencySeconds,8:N2} s from an event's creation to its being in /api/analytics (median)");
        Line($"{host.P99LatencySeconds,8:N2} s for 99 % of the events");

        var app = report.FunctionApp;
        Line($"function app: {app.TickMilliseconds:N0} ms and {app.PeakMegabytes:N0} MB at most in its worker for a tick of {app.TickEvents:N0} events");
        foreach (var batch in app.Batches)
        {
            Line($"{batch.Milliseconds,8:N1} ms for a batch of {batch.Records:N0} records, of which {batch.OwnShare:P0} is the app's own code and {batch.DiskShare:P0} the disk");
        }

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }
}
