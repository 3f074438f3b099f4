using CatFunctions.Local.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class InFlightBudgetTests
{
    private readonly InFlightBudget _inFlight = new(byteLimit: 100);

    [Fact]
    public void Events_get_their_room_at_once_while_there_is_room()
    {
        Reserve(60).IsCompletedSuccessfully.ShouldBeTrue();
        Reserve(40).IsCompletedSuccessfully.ShouldBeTrue();

        _inFlight.Bytes.ShouldBe(100);
    }

    [Fact]
    public async Task An_event_waits_until_enough_is_recorded()
    {
        await Reserve(60);
        await Reserve(40);
        var waiting = Reserve(50);

        _inFlight.Confirm(partition: 0, (7, 60));
        waiting.IsCompleted.ShouldBeFalse("delivery frees nothing");
        _inFlight.Record(partition: 1, nextOffset: 100);
        waiting.IsCompleted.ShouldBeFalse("the other partition frees nothing");
        _inFlight.Record(partition: 0, nextOffset: 8);

        await waiting;
        _inFlight.Bytes.ShouldBe(90);
    }

    [Fact]
    public async Task A_record_that_is_recorded_before_the_broker_confirms_it_frees_its_bytes_too()
    {
        await Reserve(100);

        _inFlight.Record(partition: 0, nextOffset: 1);
        _inFlight.Bytes.ShouldBe(100);
        _inFlight.Confirm(partition: 0, (0, 100));

        _inFlight.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task The_records_of_others_free_nothing()
    {
        await Reserve(100);
        _inFlight.Confirm(partition: 0, (5, 100));

        _inFlight.Record(partition: 0, nextOffset: 5);

        _inFlight.Bytes.ShouldBe(100);
    }

    [Fact]
    public async Task An_event_that_could_not_be_delivered_makes_room()
    {
        await Reserve(100);
        var waiting = Reserve(1);

        _inFlight.Release(100);

        await waiting;
    }

    [Fact]
    public async Task An_event_larger_than_the_limit_goes_alone()
    {
        await Reserve(10);
        var waiting = Reserve(1000);
        waiting.IsCompleted.ShouldBeFalse();

        _inFlight.Confirm(partition: 0, (0, 10));
        _inFlight.Record(partition: 0, nextOffset: 1);

        await waiting;
        Reserve(1).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_stop_ends_the_wait_for_room()
    {
        await Reserve(100);
        using var stop = new CancellationTokenSource();
        var waiting = _inFlight.ReserveAsync(1, stop.Token).AsTask();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task Everything_is_recorded_once_each_partition_is()
    {
        var unlimited = new InFlightBudget(byteLimit: null);
        unlimited.Confirm(partition: 0, (40, 1));
        unlimited.Confirm(partition: 0, (41, 1));
        unlimited.Confirm(partition: 1, (7, 1));
        unlimited.Count.ShouldBe(3);
        var recorded = unlimited.WaitUntilAllRecordedAsync(CancellationToken.None);

        unlimited.Record(partition: 0, nextOffset: 42);
        recorded.IsCompleted.ShouldBeFalse();
        unlimited.Record(partition: 1, nextOffset: 8);

        await recorded;
        unlimited.Count.ShouldBe(0);
    }

    private Task Reserve(int bytes) => _inFlight.ReserveAsync(bytes, CancellationToken.None).AsTask();
}
