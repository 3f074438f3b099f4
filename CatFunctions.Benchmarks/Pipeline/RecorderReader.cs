using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>The recorder of the local host: validates, de-duplicates, appends and flushes each batch to disk.</summary>
/// <param name="folder">Where its log is; emptied before each run.</param>
internal sealed class RecorderReader(string folder) : ITopicReader
{
    public string Name => "record to the log";

    /// <summary>Where its log is.</summary>
    public string Folder => folder;

    public async Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var handled = 0L;
        var status = new PipelineStatus(TimeProvider.System);
        using var recorder = new EventRecorder(new FileSegmentStore(folder), TimeProvider.System);
        using var consumer = new EventConsumer(kafka, kafka.NewHealth(status));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loop = new RecordLoop(
            consumer, RecordAsync, new InFlightBudget(byteLimit: null), status, TimeProvider.System, NullLogger<RecordLoop>.Instance);
        await loop.RunAsync(stop.Token, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Require.Equal(progress.Total, status.Recorded);

        async Task<RecordResult> RecordAsync(IReadOnlyList<ConsumedRecord> batch, CancellationToken abort)
        {
            progress.Begin();
            var result = await recorder.RecordAsync(batch, abort);
            handled += batch.Count;
            progress.Report(handled);
            if (handled >= progress.Total)
            {
                progress.End();
                await stop.CancelAsync();
            }

            return result;
        }
    }
}
