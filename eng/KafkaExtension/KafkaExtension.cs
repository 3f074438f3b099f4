using Google.Protobuf;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

// Replaces the package Microsoft.Azure.Functions.Worker.Extensions.Kafka 4.3.0 where the feed lacks it: see
// PartialFeed.targets. Of its public types it has the members that the app uses, with the same names, types and defaults.

[InputConverter(typeof(KafkaRecordConverter))]
[ConverterFallbackBehavior(ConverterFallbackBehavior.Default)]
[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
public sealed class KafkaTriggerAttribute(string brokerList, string topic) : TriggerBindingAttribute, ISupportCardinality
{
    public string BrokerList { get; } = brokerList;

    public string Topic { get; } = topic;

    public string? ConsumerGroup { get; set; }

    public KafkaMessageKeyType KeyDataType { get; set; } = KafkaMessageKeyType.String;

    [DefaultValue(false)]
    public bool IsBatched { get; set; }

    Cardinality ISupportCardinality.Cardinality
    {
        get => IsBatched ? Cardinality.Many : Cardinality.One;
        set => IsBatched = value == Cardinality.Many;
    }
}

public sealed class KafkaOutputAttribute(string brokerList, string topic) : OutputBindingAttribute
{
    public string BrokerList { get; set; } = brokerList;

    public string Topic { get; } = topic;

    public bool EnableIdempotence { get; set; }
}

public enum KafkaMessageKeyType
{
    Int,
    Long,
    String,
    Binary,
}

public enum KafkaTimestampType
{
    NotAvailable,
    CreateTime,
    LogAppendTime,
}

public class KafkaRecord
{
    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    public long Offset { get; set; }

    public byte[]? Key { get; set; }

    public byte[]? Value { get; set; }

    public KafkaTimestamp? Timestamp { get; set; }

    public KafkaHeader[] Headers { get; set; } = [];
}

public class KafkaTimestamp
{
    public long UnixTimestampMs { get; set; }

    public KafkaTimestampType Type { get; set; }

    public DateTimeOffset DateTimeOffset => DateTimeOffset.FromUnixTimeMilliseconds(UnixTimestampMs);
}

public class KafkaHeader
{
    public string Key { get; set; } = "";

    public byte[]? Value { get; set; }
}

/// <summary>Reads a record as the host sends it: in protobuf, with the field numbers of the extension's KafkaRecordProto.</summary>
[SupportsDeferredBinding]
[SupportedTargetType(typeof(KafkaRecord))]
[SupportedTargetType(typeof(KafkaRecord[]))]
internal sealed class KafkaRecordConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        try
        {
            return ValueTask.FromResult(context.Source switch
            {
                ModelBindingData one => ConversionResult.Success(ReadRecord(one)),
                CollectionModelBindingData batch => ConversionResult.Success(Array.ConvertAll(batch.ModelBindingData, ReadRecord)),
                _ => ConversionResult.Unhandled(),
            });
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidProtocolBufferException)
        {
            return ValueTask.FromResult(ConversionResult.Failed(exception));
        }
    }

    private static KafkaRecord ReadRecord(ModelBindingData data)
    {
        if (data is not { Source: "AzureKafkaRecord", ContentType: "application/x-protobuf" })
        {
            throw new InvalidOperationException($"A record comes as '{data.Source}' in '{data.ContentType}'.");
        }

        var record = new KafkaRecord();
        ReadFields(data.Content.ToArray(), (field, input) =>
        {
            switch (field)
            {
                case 1: record.Topic = input.ReadString(); break;
                case 2: record.Partition = input.ReadInt32(); break;
                case 3: record.Offset = input.ReadInt64(); break;
                case 4: record.Key = input.ReadBytes().ToByteArray(); break;
                case 5: record.Value = input.ReadBytes().ToByteArray(); break;
                case 6: record.Timestamp = ReadTimestamp(input.ReadBytes().ToByteArray()); break;
                case 7: record.Headers = [.. record.Headers, ReadHeader(input.ReadBytes().ToByteArray())]; break;
                default: input.SkipLastField(); break;
            }
        });
        return record;
    }

    private static KafkaTimestamp ReadTimestamp(byte[] message)
    {
        var timestamp = new KafkaTimestamp();
        ReadFields(message, (field, input) =>
        {
            switch (field)
            {
                case 1: timestamp.UnixTimestampMs = input.ReadInt64(); break;
                case 2: timestamp.Type = ToTimestampType(input.ReadInt32()); break;
                default: input.SkipLastField(); break;
            }
        });
        return timestamp;
    }

    private static KafkaTimestampType ToTimestampType(int number) =>
        Enum.IsDefined((KafkaTimestampType)number) ? (KafkaTimestampType)number : KafkaTimestampType.NotAvailable;

    private static KafkaHeader ReadHeader(byte[] message)
    {
        var header = new KafkaHeader();
        ReadFields(message, (field, input) =>
        {
            switch (field)
            {
                case 1: header.Key = input.ReadString(); break;
                case 2: header.Value = input.ReadBytes().ToByteArray(); break;
                default: input.SkipLastField(); break;
            }
        });
        return header;
    }

    private static void ReadFields(byte[] message, Action<int, CodedInputStream> read)
    {
        using var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            read(WireFormat.GetTagFieldNumber(tag), input);
        }
    }
}
