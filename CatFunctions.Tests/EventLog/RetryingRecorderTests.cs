using Microsoft.Extensions.Logging.Testing;

namespace CatFunctions.Tests.EventLog;

public sealed class RetryingRecorderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WatchedTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 7, 30, 15, TimeSpan.Zero));
    private readonly List<TimeSpan> _pauses = [];
    private readonly string _root;
    private readonly EventRecorder _recorder;
    private readonly EventLogOptions _options = new();
    private readonly FakeLogCollector _log = new();
    private readonly RetryingRecorder _retrying;
    private int _pausesUntilRepaired;

    public RetryingRecorderTests()
    {
        _root = Path.Combine(_folder.Path, "log");
        _clock.Waiting = pause =>
        {
            _pauses.Add(pause);
            if (_pauses.Count == _pausesUntilRepaired)
            {
                File.Delete(_root);
            }

            _clock.Advance(pause);
        };
        _recorder = new EventRecorder(new FileSegmentStore(_root), _clock);
        _retrying = new RetryingRecorder(_recorder, Options.Create(_options), _clock, new FakeLogger<RetryingRecorder>(_log));
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_log_that_can_be_written_is_written_without_a_pause()
    {
        (await RecordAsync()).Recorded.ShouldBe(3);

        _pauses.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_that_can_be_written_again_holds_the_batch_once()
    {
        PutObstacle();
        _pausesUntilRepaired = 3;

        (await RecordAsync()).Recorded.ShouldBe(3);

        _pauses.Count.ShouldBe(3);
        LogFolder.Offsets(_root).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task After_some_pauses_it_gives_up_so_that_the_failure_is_seen()
    {
        PutObstacle();

        await Should.ThrowAsync<EventLogException>(RecordAsync());

        _pauses.ShouldBe([.. new[] { 0.2, 0.4, 0.8, 1.6, 3.2, 4, 4 }.Select(TimeSpan.FromSeconds)]);
    }

    [Fact]
    public async Task Where_each_try_takes_long_there_are_fewer()
    {
        PutObstacle();
        _clock.Waiting = pause =>
        {
            _pauses.Add(pause);
            _clock.Advance(RetryingRecorder.RetryTimeout);
        };

        await Should.ThrowAsync<EventLogException>(RecordAsync());

        _pauses.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stop_ends_the_pause()
    {
        PutObstacle();
        using var stop = new CancellationTokenSource();
        _clock.Waiting = _ => stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(RecordAsync(stop.Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_that_were_not_delivered_are_an_error_unless_gaps_are_normal(bool allowGaps)
    {
        _options.AllowGaps = allowGaps;
        await _retrying.RecordAsync(TestEvents.Events(0, 3), CancellationToken.None);

        await _retrying.RecordAsync([TestEvents.Event(5), TestEvents.Event(7), TestEvents.Event(9), TestEvents.Event(11), TestEvents.Event(13)], CancellationToken.None);

        if (allowGaps)
        {
            _log.Lines().ShouldBeEmpty();
        }
        else
        {
            _log.Lines().ShouldHaveSingleItem().ShouldStartWith(
                "Error: Records are missing in the log: offsets 3 to 4 of partition 0, offset 6 of partition 0, "
                + "offset 8 of partition 0 and 2 more ranges were not delivered. ");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_that_the_log_has_lost_are_an_error_even_where_gaps_are_normal_and_the_batch_is_recorded_at_once(bool allowGaps)
    {
        _options.AllowGaps = allowGaps;
        await _retrying.RecordAsync(TestEvents.Events(0, 3), CancellationToken.None);
        File.Delete(Path.Combine(_root, LogFolder.Files(_root, LogKind.Events).ShouldHaveSingleItem()));

        (await _retrying.RecordAsync(TestEvents.Events(3, 2), CancellationToken.None)).Recorded.ShouldBe(2);

        _pauses.ShouldBeEmpty();
        _log.Lines().ShouldHaveSingleItem().ShouldStartWith("Error: The log events does not hold offsets 0 to 2 of partition 0 any more");
        LogFolder.Offsets(_root).ShouldBe([3, 4]);
    }

    private Task<RecordResult> RecordAsync(CancellationToken cancellationToken = default) =>
        _retrying.RecordAsync(TestEvents.Events(0, 3), cancellationToken);

    // A file where the log's folder should be.
    private void PutObstacle() => File.WriteAllText(_root, "");
}
