using System.Globalization;
using System.Text;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;

namespace CatFunctions.Local.Terminal;

/// <summary>Tells how the pipeline is doing: every second on a terminal, every 10 s in a file.</summary>
internal sealed class StatusReporter(
    PipelineStatus status,
    InFlightBudget unrecorded,
    TerminalOutput terminal,
    TimeProvider clock)
{
    private readonly RateWindow _produced = new();
    private readonly RateWindow _recorded = new();

    /// <summary>Reports, until cancelled, on what this process does: it produces, it records, or both.</summary>
    public async Task RunAsync(bool produces, bool records, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(terminal.IsInteractive ? 1 : 10), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                terminal.ShowStatus(Describe(clock.GetElapsedTime(start), produces, records));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private string Describe(TimeSpan time, bool produces, bool records)
    {
        var line = new StringBuilder();
        line.Append(TimeSpan.FromSeconds(Math.Round(time.TotalSeconds)));
        if (produces)
        {
            AppendRate("produced", _produced.Next(time, status.Produced), status.Produced);
        }

        if (records)
        {
            AppendRate("recorded", _recorded.Next(time, status.Recorded), status.Recorded);
        }

        if (produces && records)
        {
            Append("unrecorded", unrecorded.Count);
        }

        Append("redelivered", status.Redelivered);
        Append("dead-lettered", status.DeadLettered);
        Append("lost", status.Undelivered);
        Append("skipped ticks", status.SkippedTicks);
        if (status.LastError is { } error)
        {
            line.Append(CultureInfo.InvariantCulture, $"  last error at {error.Time.ToLocalTime():HH:mm:ss}: {error.Message}");
        }

        return line.ToString();

        void AppendRate(string name, double rate, long total) =>
            line.Append(CultureInfo.InvariantCulture, $"  {name} {rate:N0}/s, {total:N0}");

        void Append(string name, long count)
        {
            if (count > 0)
            {
                line.Append(CultureInfo.InvariantCulture, $"  {name} {count:N0}");
            }
        }
    }
}
