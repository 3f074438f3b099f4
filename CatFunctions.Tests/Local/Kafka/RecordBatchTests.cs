using CatFunctions.Local.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class RecordBatchTests
{
    private const int MaxBytes = 1000;

    private readonly RecordBatch _batch = new(MaxBytes);

    [Fact]
    public void Values_keep_their_bytes_side_by_side()
    {
        var first = _batch.Copy("first"u8);
        var second = _batch.Copy("second"u8);

        first.ToArray().ShouldBe("first"u8.ToArray());
        second.ToArray().ShouldBe("second"u8.ToArray());
    }

    [Fact]
    public void A_value_larger_than_the_batch_fits_and_fills_it()
    {
        var value = new byte[MaxBytes + 1];
        Random.Shared.NextBytes(value);
        _batch.Copy("before"u8);

        var copy = _batch.Copy(value);

        copy.Span.SequenceEqual(value).ShouldBeTrue();
        _batch.IsFull.ShouldBeTrue();
        _batch.Copy("its key"u8).ToArray().ShouldBe("its key"u8.ToArray());
    }

    [Fact]
    public void It_is_full_with_the_last_record()
    {
        for (var offset = 0; offset < RecordBatch.MaxRecords; offset++)
        {
            _batch.IsFull.ShouldBeFalse();
            _batch.Add(Record(partition: 0, offset));
        }

        _batch.IsFull.ShouldBeTrue();
    }

    [Fact]
    public void It_knows_the_offset_after_the_last_of_each_partition()
    {
        _batch.Add(Record(partition: 0, offset: 4));
        _batch.Add(Record(partition: 2, offset: 9));
        _batch.Add(Record(partition: 0, offset: 6));

        _batch.NextOffsets.ShouldBe(new Dictionary<int, long> { [0] = 7, [2] = 10 }, ignoreOrder: true);
    }

    [Fact]
    public void The_records_of_one_partition_can_be_removed()
    {
        _batch.Add(Record(partition: 0, offset: 4));
        _batch.Add(Record(partition: 2, offset: 9));
        _batch.Add(Record(partition: 0, offset: 5));

        _batch.Remove(0);

        _batch.Records.ShouldBe([Record(partition: 2, offset: 9)]);
        _batch.NextOffsets.ShouldBe(new Dictionary<int, long> { [2] = 10 });
    }

    [Fact]
    public void It_can_be_used_again()
    {
        _batch.Copy(new byte[MaxBytes]);
        _batch.Add(Record(partition: 0, offset: 1));

        _batch.Clear();

        _batch.IsEmpty.ShouldBeTrue();
        _batch.IsFull.ShouldBeFalse();
        _batch.NextOffsets.ShouldBeEmpty();
    }

    private static ConsumedRecord Record(int partition, long offset) =>
        new(partition, offset, DateTimeOffset.UnixEpoch, Key: null, Value: null);
}
