using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace CatFunctions.Tests.Local.Kafka;

/// <summary>
/// A record batch that no client would produce, and the request that brings it to a broker.
/// Source: the Kafka protocol, Produce version 3 and record batch version 2.
/// </summary>
/// <param name="Records">The records' bytes, whatever they are.</param>
/// <param name="Codec">The compression that the batch says it has.</param>
/// <param name="IsCrcRight">Whether its checksum is that of its bytes.</param>
internal sealed record RawBatch(byte[] Records, short Codec = 0, bool IsCrcRight = true)
{
    private const int HeaderLength = 61;

    /// <summary>Produces the batch as one record.</summary>
    public async Task ProduceAsync(string broker, string topic, int partition)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(broker));
        await using var stream = client.GetStream();
        await stream.WriteAsync(Request(topic, partition));
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(answer);

        // Correlation id, one topic, its name, one partition, its number.
        var error = BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(4 + 4 + 2 + topic.Length + 4 + 4));
        error.ShouldBe((short)0);
    }

    private byte[] Request(string topic, int partition)
    {
        var batch = Batch();
        using var body = new MemoryStream();
        void Write16(short value) => body.Write([(byte)(value >> 8), (byte)value]);
        void Write32(int value)
        {
            Write16((short)(value >> 16));
            Write16((short)value);
        }

        Write16(0); // Produce
        Write16(3); // version
        Write32(1); // correlation id
        Write16(-1); // client id
        Write16(-1); // transactional id
        Write16(-1); // acks: all
        Write32(5000); // timeout
        Write32(1);
        Write16((short)topic.Length);
        body.Write(Encoding.ASCII.GetBytes(topic));
        Write32(1);
        Write32(partition);
        Write32(batch.Length);
        body.Write(batch);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, (int)body.Length);
        return [.. length, .. body.ToArray()];
    }

    private byte[] Batch()
    {
        var batch = new byte[HeaderLength + Records.Length];
        Records.CopyTo(batch, HeaderLength);
        var span = batch.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(span[8..], batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(span[12..], -1); // leader epoch
        span[16] = 2; // version
        BinaryPrimitives.WriteInt16BigEndian(span[21..], Codec);
        BinaryPrimitives.WriteInt64BigEndian(span[43..], -1); // producer id
        BinaryPrimitives.WriteInt16BigEndian(span[51..], -1); // its epoch
        BinaryPrimitives.WriteInt32BigEndian(span[53..], -1); // sequence
        BinaryPrimitives.WriteInt32BigEndian(span[57..], 1); // records
        BinaryPrimitives.WriteUInt32BigEndian(span[17..], IsCrcRight ? Crc32C(span[21..]) : 1);
        return batch;
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
