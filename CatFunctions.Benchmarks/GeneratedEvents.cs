using System.Buffers;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;
using Microsoft.Extensions.Options;

namespace CatFunctions.Benchmarks;

/// <summary>Events as the pipeline produces them, of about 330 bytes: ticks of 5 s at 10,000 events per second.</summary>
internal static class GeneratedEvents
{
    private const int EventsPerSecond = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public static Simulator Simulator { get; } =
        new(Options.Create(new SimulationOptions { EventsPerSecond = EventsPerSecond }));

    /// <summary>Photos with ids, addresses and breeds as TheCatAPI has them.</summary>
    public static Gallery Gallery { get; } = Gallery.Empty.Add(
        SampleCatalogue.Photos.Select((photo, index) =>
        {
            var id = $"MTY3ODI{index:D2}x";
            return new CatPhoto(id, $"https://cdn2.thecatapi.com/images/{id}.jpg", photo.Breed);
        }),
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>A tick that is always the same.</summary>
    public static Tick FixedTick { get; } = new(new DateTimeOffset(2026, 11, 22, 7, 30, 15, TimeSpan.Zero), Interval);

    /// <summary>The events of a tick.</summary>
    public static TickEvents Write(Tick tick) =>
        EventWriter.Write(tick, Gallery, Simulator.Simulate(tick, Gallery).AsSpan());

    /// <summary>Ticks without end; about the requested number of events are in those that are not in the future.</summary>
    public static IEnumerable<Tick> Ticks(long events)
    {
        var now = new DateTimeOffset(DateTimeOffset.UtcNow.UtcTicks / Interval.Ticks * Interval.Ticks, TimeSpan.Zero);
        var ticks = (int)(events / (EventsPerSecond * Interval.TotalSeconds)) + 1;
        for (var time = now - (ticks * Interval); ; time += Interval)
        {
            yield return new Tick(time, Interval);
        }
    }

    /// <summary>The requested number of events, in order of time. Each is valid until the next.</summary>
    public static IEnumerable<OutgoingEvent> Take(long count)
    {
        foreach (var tick in Ticks(count))
        {
            using var events = Write(tick);
            for (var i = 0; i < events.Count; i++, count--)
            {
                if (count == 0)
                {
                    yield break;
                }

                yield return events[i];
            }
        }
    }
}

/// <summary>Generated events as a consumer hands them on: the records of one partition after those of another, in one buffer.</summary>
internal static class RecordBatches
{
    /// <summary>Batches of <paramref name="size"/> records; the last may be smaller.</summary>
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

/// <summary>Checks what must be true for a figure to be meaningful.</summary>
internal static class Require
{
    /// <exception cref="InvalidOperationException">The two are not equal.</exception>
    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"This benchmark must be adapted: {actual} instead of {expected}.");
        }
    }
}
