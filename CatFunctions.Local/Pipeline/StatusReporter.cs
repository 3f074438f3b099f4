using System.Globalization;
using System.Text;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Local.Pipeline;

/// <summary>Shows the status of the pipeline: every second on a terminal, every 10 s in a file.</summary>
internal sealed class StatusReporter(
    PipelineStatus status,
    InFlightBudget inFlight,
    TerminalOutput terminal,
    TimeProvider clock)
{
    private readonly RateWindow _produced = new();
    private readonly RateWindow _recorded = new();

    /// <summary>Reports, until cancelled, on what this process does: producing, recording, or both.</summary>
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
            Append("unrecorded", inFlight.Count);
        }

        Append("redelivered", status.Redelivered);
        Append("dead-lettered", status.DeadLettered);
        Append("lost", status.Undelivered);
        Append("missed ticks", status.MissedTicks);
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

/// <summary>The rate of a growing total over the last 10 s, so that ticks some seconds apart read as a steady rate.</summary>
internal sealed class RateWindow
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private readonly Queue<(TimeSpan Time, long Total)> _samples = new([(TimeSpan.Zero, 0)]);

    /// <summary>Adds the total at a time since the start, and returns the rate per second.</summary>
    public double Next(TimeSpan time, long total)
    {
        _samples.Enqueue((time, total));
        while (_samples.Count > 2 && _samples.Peek().Time < time - Length)
        {
            _samples.Dequeue();
        }

        var (since, before) = _samples.Peek();
        return time > since ? (total - before) / (time - since).TotalSeconds : 0;
    }
}
