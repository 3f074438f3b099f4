using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>
/// The dead letters, and which of them were produced again. The dead letters themselves are never changed: a log of its
/// own says what was replayed.
/// </summary>
public sealed class DeadLetterLog(ISegmentStore store, TimeProvider clock)
{
    /// <summary>All dead letters that are there now, by partition and in the order of their delivery.</summary>
    /// <remarks>A line that is not a dead letter is passed over; <see cref="LogVerifier"/> names it.</remarks>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async IAsyncEnumerable<StoredDeadLetter> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Listed before the marks: a letter that comes later must not be taken for one that waits.
        var letters = await store.ListAsync(LogKind.DeadLetters, partition: null, cancellationToken);
        var replayed = await ReadMarksAsync(cancellationToken);
        foreach (var segment in letters.Select(letter => letter.Name))
        {
            var reader = new SegmentReader(store, segment) { EndsIfDeleted = true };
            await foreach (var line in reader.ReadEachLineAsync(cancellationToken))
            {
                if (TryParse<DeadLetter>(line.Span) is { } letter)
                {
                    var isReplayed = replayed.Contains((letter.Partition, segment.Generation, letter.Offset));
                    yield return new StoredDeadLetter(segment.Generation, letter, isReplayed);
                }
            }
        }
    }

    /// <summary>Remembers that dead letters were produced again. When it returns, that is durable.</summary>
    /// <exception cref="EventLogException">The log cannot be written.</exception>
    public async Task MarkAsync(IReadOnlyList<ReplayMark> marks, CancellationToken cancellationToken)
    {
        foreach (var partition in marks.GroupBy(mark => mark.Partition))
        {
            var lines = new ArrayBufferWriter<byte>();
            foreach (var mark in partition)
            {
                lines.Write(JsonSerializer.SerializeToUtf8Bytes(mark, DeadLetterJsonContext.Default.ReplayMark));
                lines.Write("\n"u8);
            }

            while (!await TryAppendAsync(partition.First(), lines.WrittenMemory, cancellationToken))
            {
                // Another replay was there.
            }
        }
    }

    private async Task<bool> TryAppendAsync(ReplayMark first, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var newest = await store.OpenNewestAsync(LogKind.Replays, first.Partition, cancellationToken);
        if (newest is not null)
        {
            var (_, end) = await SegmentSearch.ReadLastLineAsync(store, newest, cancellationToken);
            newest = newest with { Length = end };
        }

        var hour = SegmentName.HourOf(clock.GetUtcNow());
        if (newest is null || newest.Name.Hour < hour)
        {
            newest = await store.TryCreateAsync(
                new SegmentName(LogKind.Replays, hour, first.Partition, Generation: 1, first.Offset), newest, cancellationToken);
        }

        return newest is not null && await store.TryAppendAsync(newest, lines, cancellationToken) is not null;
    }

    private async Task<HashSet<(int Partition, int Generation, long Offset)>> ReadMarksAsync(CancellationToken cancellationToken)
    {
        var replayed = new HashSet<(int, int, long)>();
        foreach (var segment in await store.ListAsync(LogKind.Replays, partition: null, cancellationToken))
        {
            await foreach (var line in new SegmentReader(store, segment.Name).ReadEachLineAsync(cancellationToken))
            {
                if (TryParse<ReplayMark>(line.Span) is { } mark)
                {
                    replayed.Add((mark.Partition, mark.Generation, mark.Offset));
                }
            }
        }

        return replayed;
    }

    internal static T? TryParse<T>(ReadOnlySpan<byte> line)
        where T : class
    {
        try
        {
            return (T?)JsonSerializer.Deserialize(line, typeof(T), DeadLetterJsonContext.Default);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A dead letter as the log holds it.</summary>
/// <param name="Generation">The generation of the topic that it is of.</param>
/// <param name="Letter">The dead letter.</param>
/// <param name="IsReplayed">Whether it was produced again.</param>
public sealed record StoredDeadLetter(int Generation, DeadLetter Letter, bool IsReplayed)
{
    /// <summary>Whether its value is an event to this version.</summary>
    public bool IsEventNow => Letter.Value is { } value && CatEvent.TryRead(value, out _, out _);
}

/// <summary>Says that a dead letter was produced again: one line of the replays.</summary>
/// <param name="Partition">The partition of the dead letter.</param>
/// <param name="Offset">The offset of the dead letter.</param>
/// <param name="Generation">The generation of the dead letter.</param>
/// <param name="Time">When it was produced again, in UTC.</param>
/// <param name="Topic">The topic it was produced to.</param>
/// <param name="NewPartition">Its partition there.</param>
/// <param name="NewOffset">Its offset in that partition.</param>
public sealed record ReplayMark(
    [property: JsonPropertyName("kafkapartition")] int Partition,
    [property: JsonPropertyName("kafkaoffset")] long Offset,
    [property: JsonPropertyName("generation")] int Generation,
    [property: JsonPropertyName("time")] DateTime Time,
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("newpartition")] int NewPartition,
    [property: JsonPropertyName("newoffset")] long NewOffset);
