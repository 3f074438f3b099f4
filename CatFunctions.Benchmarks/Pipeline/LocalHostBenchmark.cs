using System.Diagnostics;
using System.Net.Http.Json;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local;
using CatFunctions.Tests.Local;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// Runs the local host as its users do, as a process with an embedded broker, at 5,000 events per second, and looks at
/// it from outside: at its files and its analytics.
/// </summary>
/// <param name="program">The local host.</param>
/// <param name="folder">Where its log is.</param>
internal sealed class LocalHostBenchmark(LocalHostProgram program, string folder)
{
    private const int EventsPerSecond = 5_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly FileSegmentStore _store = new(folder);

    /// <summary>Starts the host, polls it, stops it, and reads from its log when each event was created.</summary>
    public async Task<LocalHostResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var host = LocalHostProcess.Start(
            program.Path, ["run", "--photos", "sample", "--rate", $"{EventsPerSecond}", "--port", "0", "--data", folder]);
        var address = await ReadAddressAsync(host);
        await WaitUntilRecordedAsync(cancellationToken);
        var firstRecorded = Stopwatch.GetElapsedTime(start);
        var latencies = Latencies(await AskAsync(address, duration, cancellationToken), await ReadTicksAsync(cancellationToken));
        return new LocalHostResult(
            program.IsReadyToRun,
            EventsPerSecond,
            latencies.Length,
            firstRecorded.TotalSeconds,
            latencies[latencies.Length / 2],
            latencies[(int)(latencies.Length * 0.99)],
            latencies[^1],
            host.PeakMegabytes);
    }

    private static async Task<Uri> ReadAddressAsync(LocalHostProcess host)
    {
        const string Announcement = "The page is at ";
        var announced = host.WaitForOutputAsync(Announcement);
        if (await Task.WhenAny(announced, host.WaitForExitAsync()) != announced)
        {
            throw new FailureException($"The local host did not start: {string.Join(' ', host.Errors)}");
        }

        return new Uri($"{(await announced)[Announcement.Length..].TrimEnd('/')}/api/analytics?window=all&top=1");
    }

    private async Task WaitUntilRecordedAsync(CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Timeout; await Task.Delay(1, cancellationToken))
        {
            if ((await _store.ListAsync(LogKind.Events, partition: null, cancellationToken)).Any(head => head.Length > 0))
            {
                return;
            }
        }

        throw new FailureException($"The local host has recorded nothing within {Timeout.TotalSeconds} s.");
    }

    /// <summary>
    /// The number of events that the analytics counted, and when; in the end, all that were recorded when the duration was over.
    /// </summary>
    private async Task<List<(long Events, DateTimeOffset Time)>> AskAsync(
        Uri address, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var seen = new List<(long Events, DateTimeOffset Time)>();
        long? wanted = null;
        for (var start = Stopwatch.GetTimestamp(); seen.Count == 0 || !(seen[^1].Events >= wanted); await Task.Delay(LookInterval, cancellationToken))
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed > duration + Timeout)
            {
                throw new FailureException($"The analytics did not show {wanted} recorded events within {Timeout.TotalSeconds} s.");
            }

            if (elapsed > duration && wanted is null)
            {
                var log = new LogFollower(_store, TimeProvider.System);
                await log.CatchUpAsync(cancellationToken);
                wanted = log.Ask(fold => fold.Recorded);
            }

            var report = await client.GetFromJsonAsync<JsonElement>(address, cancellationToken);
            var recorded = report.GetProperty("health").GetProperty("recorded").GetInt64();
            if (recorded > (seen.Count == 0 ? 0 : seen[^1].Events))
            {
                seen.Add((recorded, DateTimeOffset.UtcNow));
            }
        }

        return seen;
    }

    /// <summary>The ticks in the log: their scheduled times and their numbers of events.</summary>
    private async Task<SortedDictionary<DateTimeOffset, int>> ReadTicksAsync(CancellationToken cancellationToken)
    {
        var ticks = new SortedDictionary<DateTimeOffset, int>();
        foreach (var head in await _store.ListAsync(LogKind.Events, partition: null, cancellationToken))
        {
            await foreach (var line in new SegmentReader(_store, head.Name).ReadEachLineAsync(cancellationToken))
            {
                Require.Equal(true, EventLine.TryRead(line.Span, out _, out var catEvent));
                ticks[catEvent.Id.Tick] = catEvent.TickSize;
            }
        }

        return ticks;
    }

    /// <summary>
    /// For each event that was seen, in order, the seconds from the tick that created it to the answer that counted it.
    /// A tick is recorded before the next one begins, so the events of the log are those of the ticks, one after the other.
    /// </summary>
    private static double[] Latencies(List<(long Events, DateTimeOffset Time)> seen, SortedDictionary<DateTimeOffset, int> ticks)
    {
        var latencies = new List<double>();
        var created = ticks.SelectMany(tick => Enumerable.Repeat(tick.Key, tick.Value)).ToArray();
        var known = 0L;
        foreach (var (events, time) in seen)
        {
            for (; known < events; known++)
            {
                latencies.Add((time - created[known]).TotalSeconds);
            }
        }

        latencies.Sort();
        return [.. latencies];
    }
}
