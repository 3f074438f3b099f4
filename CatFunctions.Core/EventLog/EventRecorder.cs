namespace CatFunctions.Core.EventLog;

/// <summary>Appends consumed records to the event log, each exactly once.</summary>
public sealed class EventRecorder
{
    public Task<RecordResult> RecordAsync(IReadOnlyList<ConsumedRecord> batch, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
