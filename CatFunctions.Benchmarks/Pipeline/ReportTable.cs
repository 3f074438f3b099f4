using System.Globalization;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A report as text.</summary>
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
        Line($"{host.FirstRecordedSeconds,8:N2} s from its start to the first recorded event");
        Line($"{host.MedianLatencySeconds,8:N2} s from an event's creation to its being in /api/analytics (median)");
        Line($"{host.P99LatencySeconds,8:N2} s for 99 % of the events");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }
}
