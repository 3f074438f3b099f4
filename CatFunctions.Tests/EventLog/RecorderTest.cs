namespace CatFunctions.Tests.EventLog;

/// <summary>A recorder and its log, for tests of what holds for every store.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class RecorderTest<TLog> : IDisposable
    where TLog : TestLog
{
    /// <summary>Gives events other ids: those of a topic that was created again.</summary>
    private protected const string OtherTopic = "20261122T080000000Z";

    protected RecorderTest(TLog log)
    {
        Log = log;
        Recorder = NewRecorder();
    }

    protected TLog Log { get; }

    private protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 22, 7, 59, 0, TimeSpan.Zero));

    private protected EventRecorder Recorder { get; private set; }

    public void Dispose()
    {
        Recorder.Dispose();
        Log.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<RecordResult> Record(ConsumedRecord[] batch) => Recorder.RecordAsync(batch, CancellationToken.None);

    private protected virtual EventRecorder NewRecorder() => new(Log.Store, Clock);

    private protected void Restart()
    {
        Recorder.Dispose();
        Recorder = NewRecorder();
    }

    private protected void RestartIf(bool condition)
    {
        if (condition)
        {
            Restart();
        }
    }
}
