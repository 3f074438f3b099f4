using Confluent.Kafka;
using Google.Protobuf;

namespace CatFunctions.Tests.FunctionApp.Host;

/// <summary>
/// Plays the host's Kafka extension between the worker and a topic: produces what a function returns, and gives records to
/// a function in batches. The forms are those of WebJobs.Extensions.Kafka.
/// </summary>
internal sealed class KafkaExtension(string brokers, string topic, int partitions)
{
    /// <summary>Produces the messages.</summary>
    public async Task ProduceAsync(IEnumerable<Message<byte[], byte[]>> messages)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = brokers, EnableIdempotence = true }).Build();
        await Task.WhenAll(messages.Select(message => producer.ProduceAsync(topic, message)));
    }

    /// <summary>
    /// Reads the topic from its start, as a host does whose group has committed nothing. The batches mix the partitions.
    /// </summary>
    public TypedData[] ReadBatches(int records, int batchSize = 256)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = brokers, GroupId = "host", EnableAutoCommit = false }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var read = Enumerable.Range(0, records)
            .Select(_ => consumer.Consume(Eventually.Timeout) ?? throw new TimeoutException("A record did not come."))
            .ToArray();
        return [.. read.OrderBy(record => record.Offset.Value).Chunk(batchSize).Select(ToBatch)];
    }

    /// <summary>What the output binding makes of the envelopes that a function returned (KafkaProducerAsyncCollector).</summary>
    public static Message<byte[], byte[]>[] ToMessages(InvocationResponse response)
    {
        response.Result.Status.ShouldBe(StatusResult.Types.Status.Success, response.Result.ToString());
        return [.. JsonElement.Parse(response.ReturnValue.Json).EnumerateArray().Select(envelope => ToMessage(envelope.GetString()!))];
    }

    /// <summary>A batch in the form of a function's input (KafkaEventDataConvertManager, KafkaRecordProtobufSerializer).</summary>
    public static TypedData ToBatch(IEnumerable<ConsumeResult<byte[], byte[]>> records) => new()
    {
        CollectionModelBindingData = new CollectionModelBindingData
        {
            ModelBindingData =
            {
                records.Select(record => new ModelBindingData
                {
                    Version = "1.0",
                    Source = "AzureKafkaRecord",
                    ContentType = "application/x-protobuf",
                    Content = ToProto(record).ToByteString(),
                }),
            },
        },
    };

    /// <summary>A batch of records that have the first offsets of partition 0.</summary>
    public static TypedData ToBatch(IEnumerable<Message<byte[], byte[]>> messages) => ToBatch(
        messages.Select((message, i) => new ConsumeResult<byte[], byte[]> { Topic = "cats", Partition = 0, Offset = i, Message = message }));

    /// <summary>Where one of these names is missing or cannot be read, the extension takes the whole envelope for the value.</summary>
    private static Message<byte[], byte[]> ToMessage(string text)
    {
        var envelope = JsonElement.Parse(text);
        string[] required = ["Offset", "Partition", "Topic", "Timestamp", "Value", "Headers"];
        required.ShouldBeSubsetOf(envelope.EnumerateObject().Select(property => property.Name));
        envelope.GetProperty("Timestamp").GetDateTime();
        envelope.GetProperty("Partition").GetInt32();

        var headers = new Headers();
        foreach (var header in envelope.GetProperty("Headers").EnumerateArray())
        {
            headers.Add(header.GetProperty("Key").GetString(), Encoding.UTF8.GetBytes(header.GetProperty("Value").GetString()!));
        }

        return new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(envelope.GetProperty("Key").GetString()!),
            Value = Encoding.UTF8.GetBytes(envelope.GetProperty("Value").GetString()!),
            Headers = headers,
        };
    }

    private static KafkaRecordProto ToProto(ConsumeResult<byte[], byte[]> record)
    {
        var proto = new KafkaRecordProto
        {
            Topic = record.Topic,
            Partition = record.Partition,
            Offset = record.Offset,
            Timestamp = new KafkaTimestampProto { UnixTimestampMs = record.Message.Timestamp.UnixTimestampMs },
        };
        if (record.Message.Key is { } key)
        {
            proto.Key = ByteString.CopyFrom(key);
        }

        if (record.Message.Value is { } value)
        {
            proto.Value = ByteString.CopyFrom(value);
        }

        foreach (var header in record.Message.Headers)
        {
            var headerProto = new KafkaHeaderProto { Key = header.Key };
            if (header.GetValueBytes() is { } bytes)
            {
                headerProto.Value = ByteString.CopyFrom(bytes);
            }

            proto.Headers.Add(headerProto);
        }

        return proto;
    }
}
