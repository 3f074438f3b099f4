using System.Text;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;

namespace CatFunctions.Benchmarks;

/// <summary>Generated events as records of a topic, all of them in memory.</summary>
internal static class RecordBatches
{
    /// <summary>Batches of so many records; the last may be smaller.</summary>
    public static IEnumerable<ConsumedRecord[]> Take(long count, int partitions, int size)
    {
        var nextOffsets = new long[partitions];
        return GeneratedEvents.Take(count).Select(ToRecord).Chunk(size);

        ConsumedRecord ToRecord(ProducedEvent produced)
        {
            var key = Encoding.UTF8.GetBytes(produced.Key);
            var partition = key.Sum(character => character) % partitions;
            return new ConsumedRecord(
                partition, nextOffsets[partition]++, DateTimeOffset.UtcNow, key, produced.Value.ToArray());
        }
    }
}
