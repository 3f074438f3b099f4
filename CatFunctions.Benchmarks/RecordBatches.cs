using System.Buffers;
using System.Text;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;

namespace CatFunctions.Benchmarks;

/// <summary>Generated events as a consumer hands them on: the records of one partition after those of another, in one buffer.</summary>
internal static class RecordBatches
{
    /// <summary>Batches of so many records; the last may be smaller.</summary>
    public static IEnumerable<ConsumedRecord[]> Take(long count, int partitions, int size)
    {
        var nextOffsets = new long[partitions];
        return GeneratedEvents.Take(count).Select(Keep).Chunk(size).Select(ToBatch);

        // Generated events share memory with those of the next tick.
        static (byte[] Key, byte[] Value) Keep(OutgoingEvent produced) =>
            (Encoding.UTF8.GetBytes(produced.Key), produced.Value.ToArray());

        ConsumedRecord[] ToBatch((byte[] Key, byte[] Value)[] events)
        {
            var buffer = new byte[events.Sum(kept => kept.Key.Length + kept.Value.Length)];
            var used = 0;
            return
            [
                .. from kept in events
                   group kept by kept.Key.Sum(character => character) % partitions into partition
                   from kept in partition
                   select new ConsumedRecord(
                       partition.Key, nextOffsets[partition.Key]++, DateTimeOffset.UtcNow, Copy(kept.Key), Copy(kept.Value)),
            ];

            ReadOnlyMemory<byte> Copy(byte[] bytes)
            {
                var copy = buffer.AsMemory(used, bytes.Length);
                bytes.CopyTo(copy);
                used += bytes.Length;
                return copy;
            }
        }
    }

    /// <summary>The lines that records become in the event log, line breaks included.</summary>
    public static ReadOnlyMemory<byte> Splice(IEnumerable<ConsumedRecord> records)
    {
        var lines = new ArrayBufferWriter<byte>();
        var format = new EventLine();
        foreach (var record in records)
        {
            format.Write(lines, new LogEntry(record, Reason: null));
        }

        return lines.WrittenMemory;
    }
}
