using System.Diagnostics;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>
/// The event log without Kafka, fed from memory in batches of about 4 MB, against writing the same bytes with a flush
/// to disk after each append, one append after the other. The two alternate batch by batch, so the disk treats them alike.
/// </summary>
internal sealed class EventLogBenchmark(string folder, int partitions)
{
    private const int BatchSize = 10_000;

    /// <summary>Events per second of either.</summary>
    public async Task<(double EventLog, double RawWrite)> RunAsync(long events, CancellationToken cancellationToken)
    {
        var (logFolder, rawFolder) = (Path.Combine(folder, "event-log"), Path.Combine(folder, "raw"));
        Directory.CreateDirectory(rawFolder);
        using var recorder = new EventRecorder(new FileSegmentStore(logFolder), TimeProvider.System);
        var files = Enumerable.Range(0, partitions)
            .Select(partition => File.OpenHandle(Path.Combine(rawFolder, $"{partition}"), FileMode.Create, FileAccess.Write))
            .ToArray();

        var (log, raw) = (new Stopwatch(), new Stopwatch());
        var isRawFirst = false;
        foreach (var batch in RecordBatches.Take(events, partitions, BatchSize))
        {
            var lines = batch.GroupBy(record => record.Partition).ToDictionary(group => group.Key, RecordBatches.Splice);
            if (isRawFirst)
            {
                Write();
            }

            log.Start();
            var result = await recorder.RecordAsync(batch, cancellationToken);
            log.Stop();
            Require.Equal(batch.Length, result.Recorded);
            if (!isRawFirst)
            {
                Write();
            }

            isRawFirst = !isRawFirst;

            void Write()
            {
                raw.Start();
                foreach (var (partition, bytes) in lines)
                {
                    Append(files[partition], bytes.Span);
                }

                raw.Stop();
            }
        }

        Array.ForEach(files, file => file.Dispose());
        Directory.Delete(logFolder, recursive: true);
        Directory.Delete(rawFolder, recursive: true);
        return (events / log.Elapsed.TotalSeconds, events / raw.Elapsed.TotalSeconds);
    }

    private static void Append(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file, bytes, RandomAccess.GetLength(file));
        RandomAccess.FlushToDisk(file);
    }
}

/// <summary>Folds a whole log, like a host that has just started.</summary>
internal static class FoldBenchmark
{
    /// <summary>Events per second.</summary>
    public static async Task<double> RunAsync(string folder, long events, CancellationToken cancellationToken)
    {
        var follower = new LogFollower(new FileSegmentStore(folder), TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        await follower.CatchUpAsync(cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Require.Equal(events, follower.Ask(fold => fold.Recorded));
        return events / elapsed.TotalSeconds;
    }
}
