using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class RecordReaderTests : IDisposable
{
    private const int BatchBytes = 1000;

    private readonly TestKafka _kafka = new(partitions: 1);
    private readonly CancellationTokenSource _timeout = new(Eventually.Timeout);
    private readonly RecordBatch _batch = new(BatchBytes);

    public void Dispose()
    {
        _kafka.Dispose();
        _timeout.Dispose();
    }

    [Fact]
    public void A_record_larger_than_the_batch_is_read_whole_and_fills_it()
    {
        var large = new byte[BatchBytes + 1];
        Random.Shared.NextBytes(large);
        Produce("before"u8.ToArray(), large, "after"u8.ToArray());
        using var consumer = Subscribe();
        using var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true);

        Read(reader, atLeast: 2).Select(record => record.Value).ShouldBe(["before"u8.ToArray(), large]);
        Read(reader).Select(record => record.Value).ShouldBe(["after"u8.ToArray()]);
    }

    [Fact]
    public void Records_that_do_not_fit_wait_for_the_next_batch_in_their_order()
    {
        const int Count = 5 * RecordReader.MaxTaken;
        Produce(Numbers(Count, size: BatchBytes / 10));
        using var consumer = Subscribe();
        using var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true);

        var read = new List<(long Offset, int Number)>();
        while (read.Count < Count)
        {
            var batch = Read(reader);
            batch.Count.ShouldBeInRange(1, 10);
            read.AddRange(batch.Select(record => (record.Offset, BitConverter.ToInt32(record.Value))));
        }

        read.ShouldBe(Enumerable.Range(0, Count).Select(i => ((long)i, i)));
    }

    [Fact]
    public void What_still_waits_at_the_end_is_left_to_the_next_member_of_the_group()
    {
        Produce(Numbers(100, size: BatchBytes / 10));
        using (var consumer = Subscribe())
        {
            using (var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true))
            {
                Read(reader, atLeast: 10).Count.ShouldBe(10);
                consumer.StoreOffset(new TopicPartitionOffset(TestKafka.Topic, 0, _batch.NextOffsets[0]));
                Read(reader);
            }

            consumer.Close();
        }

        using var next = Subscribe();
        using var nextReader = new RecordReader(next.Handle, _kafka.Connection, _ => true);
        var offsets = new List<long>();
        while (offsets.Count < 90)
        {
            offsets.AddRange(Read(nextReader).Select(record => record.Offset));
        }

        offsets.ShouldBe(Enumerable.Range(10, 90).Select(i => (long)i));
    }

    [Fact]
    public void Only_what_is_not_an_event_is_read_with_its_headers()
    {
        byte[]?[] values = [TestEvents.Utf8(TestEvents.Json), TestEvents.With("ticksize", 0), [255], [], null];
        Produce(NewHeaders(), values);
        using var consumer = Subscribe();
        using var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true);

        Fill(reader, _batch, values.Length);

        _batch.Records.Select(record => record.Check!.Value.Reason is null).ShouldBe([true, false, false, false, false]);
        _batch.Records[0].Headers.ShouldBeNull();
        foreach (var record in _batch.Records.Skip(1))
        {
            record.Headers!.Select(header => (header.Key, header.Value is null ? null : Convert.ToHexString(header.Value)))
                .ShouldBe([("a", "00FF"), ("é", ""), ("a", null)]);
        }
    }

    [Fact]
    public void Reading_an_event_makes_no_garbage()
    {
        const int Count = 2000;
        var value = TestEvents.Utf8(TestEvents.Json);
        Produce(NewHeaders(), [.. Enumerable.Repeat(value, 2 * Count)]);
        var batch = new RecordBatch(Count * value.Length);
        using var consumer = Subscribe();
        using var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true);
        Fill(reader, batch, Count);
        batch.Clear();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill(reader, batch, Count);

        // Not 0: while it reads, the broker may have an error to report.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Count);
    }

    [Fact]
    public async Task An_error_is_reported_and_is_not_a_record()
    {
        using var consumer = Subscribe("nowhere", ("allow.auto.create.topics", "false"));
        using var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true);
        using var stop = new CancellationTokenSource();

        var filling = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                reader.Fill(_batch, stop.Token);
            }
        });
        await Eventually.IsTrueAsync(() => _kafka.Status.LastError != null);
        await stop.CancelAsync();
        await filling;

        _kafka.Status.LastError!.Message.ShouldContain("nowhere");
        _batch.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void The_end_of_a_partition_is_neither_an_error_nor_a_record()
    {
        Produce([1], [2]);
        using var consumer = Subscribe(TestKafka.Topic, ("enable.partition.eof", "true"));
        using var reader = new RecordReader(consumer.Handle, _kafka.Connection, _ => true);

        Read(reader, atLeast: 2).Count.ShouldBe(2);
        Produce([3]);

        Read(reader).ShouldHaveSingleItem().Offset.ShouldBe(2);
        _kafka.Status.LastError.ShouldBeNull();
    }

    private static byte[][] Numbers(int count, int size) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var value = new byte[size];
            BitConverter.TryWriteBytes(value, i).ShouldBeTrue();
            return value;
        }),
    ];

    private static Headers NewHeaders() => new() { { "a", [0, 255] }, { "é", [] }, { "a", null } };

    private void Produce(params byte[][] values) => Produce(headers: [], values);

    private void Produce(Headers headers, byte[]?[] values)
    {
        using var producer = new ProducerBuilder<Null, byte[]?>(
            new ProducerConfig { BootstrapServers = _kafka.Broker.BootstrapServers }).Build();
        foreach (var value in values)
        {
            producer.Produce(TestKafka.Topic, new Message<Null, byte[]?> { Value = value, Headers = headers });
        }

        producer.Flush(_timeout.Token);
    }

    private IConsumer<Ignore, Ignore> Subscribe(
        string topic = TestKafka.Topic, params ReadOnlySpan<(string Name, string Value)> properties)
    {
        var config = _kafka.Settings.ForConsumer();
        foreach (var (name, value) in properties)
        {
            config.Set(name, value);
        }

        var consumer = new ConsumerBuilder<Ignore, Ignore>(config).Build();
        consumer.Subscribe(topic);
        return consumer;
    }

    private List<(long Offset, byte[] Value)> Read(RecordReader reader, int atLeast = 1)
    {
        _batch.Clear();
        Fill(reader, _batch, atLeast);
        return [.. _batch.Records.Select(record => (record.Offset, record.Value!.Value.ToArray()))];
    }

    private void Fill(RecordReader reader, RecordBatch batch, int atLeast)
    {
        while (batch.Records.Count < atLeast)
        {
            _timeout.Token.ThrowIfCancellationRequested();
            reader.Fill(batch, _timeout.Token);
        }
    }
}
