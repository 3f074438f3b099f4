using System.Globalization;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A report as text.</summary>
internal static class ReportTable
{
    public static void Write(PipelineReport report, TextWriter output)
    {
        Line($"{report.Events:N0} events of {report.BytesPerEvent:N0} bytes in {report.Partitions} partitions, {report.Machine}");
        Line($"broker: {report.Broker}");
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
        Line($"recorder: at most {report.RecorderMegabytes:N0} MB resident, this benchmark included");
        Line($"local host: first event recorded {host.FirstRecordedSeconds:N2} s after its start");
        Line($"local host at {host.EventsPerSecond:N0} events/s: an event is in /api/analytics after {host.MedianLatencySeconds:N2} s (median), {host.P99LatencySeconds:N2} s (99 %), {host.MaxLatencySeconds:N2} s (at most)");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }
}
