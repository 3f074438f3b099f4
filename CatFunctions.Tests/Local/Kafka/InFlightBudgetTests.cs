using CatFunctions.Local.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class InFlightBudgetTests
{
    private readonly InFlightBudget _unrecorded = new(byteLimit: 100);

    [Fact]
    public void Events_are_taken_on_at_once_while_there_is_room()
    {
        TakeOn(60).IsCompletedSuccessfully.ShouldBeTrue();
        TakeOn(40).IsCompletedSuccessfully.ShouldBeTrue();

        _unrecorded.Bytes.ShouldBe(100);
    }

    [Fact]
    public async Task An_event_waits_until_enough_is_recorded()
    {
        await TakeOn(60);
        await TakeOn(40);
        var waiting = TakeOn(50);

        _unrecorded.Deliver(partition: 0, offset: 7, bytes: 60);
        waiting.IsCompleted.ShouldBeFalse("delivery frees nothing");
        _unrecorded.Record(partition: 1, nextOffset: 100);
        waiting.IsCompleted.ShouldBeFalse("the other partition frees nothing");
        _unrecorded.Record(partition: 0, nextOffset: 8);

        await waiting;
        _unrecorded.Bytes.ShouldBe(90);
    }

    [Fact]
    public async Task A_record_that_is_recorded_before_the_broker_confirms_it_frees_its_bytes_too()
    {
        await TakeOn(100);

        _unrecorded.Record(partition: 0, nextOffset: 1);
        _unrecorded.Bytes.ShouldBe(100);
        _unrecorded.Deliver(partition: 0, offset: 0, bytes: 100);

        _unrecorded.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task The_records_of_others_free_nothing()
    {
        await TakeOn(100);
        _unrecorded.Deliver(partition: 0, offset: 5, bytes: 100);

        _unrecorded.Record(partition: 0, nextOffset: 5);

        _unrecorded.Bytes.ShouldBe(100);
    }

    [Fact]
    public async Task An_event_that_could_not_be_delivered_makes_room()
    {
        await TakeOn(100);
        var waiting = TakeOn(1);

        _unrecorded.GiveUp(100);

        await waiting;
    }

    [Fact]
    public async Task An_event_larger_than_the_limit_goes_alone()
    {
        await TakeOn(10);
        var waiting = TakeOn(1000);
        waiting.IsCompleted.ShouldBeFalse();

        _unrecorded.Deliver(partition: 0, offset: 0, bytes: 10);
        _unrecorded.Record(partition: 0, nextOffset: 1);

        await waiting;
        TakeOn(1).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_stop_ends_the_wait_for_room()
    {
        await TakeOn(100);
        using var stop = new CancellationTokenSource();
        var waiting = _unrecorded.TakeOnAsync(1, stop.Token).AsTask();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task Everything_is_recorded_once_each_partition_is()
    {
        var unlimited = new InFlightBudget(byteLimit: null);
        unlimited.Deliver(partition: 0, offset: 40, bytes: 1);
        unlimited.Deliver(partition: 0, offset: 41, bytes: 1);
        unlimited.Deliver(partition: 1, offset: 7, bytes: 1);
        unlimited.Count.ShouldBe(3);
        var recorded = unlimited.WaitUntilAllRecordedAsync(CancellationToken.None);

        unlimited.Record(partition: 0, nextOffset: 42);
        recorded.IsCompleted.ShouldBeFalse();
        unlimited.Record(partition: 1, nextOffset: 8);

        await recorded;
        unlimited.Count.ShouldBe(0);
    }

    private Task TakeOn(int bytes) => _unrecorded.TakeOnAsync(bytes, CancellationToken.None).AsTask();
}
