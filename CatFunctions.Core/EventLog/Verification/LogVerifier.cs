using System.Text.Json;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>Checks the whole log, line by line, against its promise.</summary>
/// <remarks>
/// It reads hour by hour, all partitions of an hour before the next: so a tick is complete soon after its first event,
/// and the memory that this takes does not grow with the log.
/// </remarks>
/// <param name="store">Where the log is.</param>
/// <param name="progress">Is told now and then how far it is.</param>
public sealed class LogVerifier(ISegmentStore store, IProgress<VerificationProgress>? progress = null)
{
    /// <summary>How many problems a report spells out.</summary>
    public const int MaxProblems = 20;

    private const int BufferBytes = 4 << 20;

    private readonly TickAudit _ticks = new();
    private readonly OffsetAudit _offsets = new();
    private readonly List<PartitionReport> _partitions = [];
    private readonly List<string> _problems = [];
    private long _problemCount;
    private long _lines;
    private long _bytes;
    private long _totalBytes;

    /// <summary>Reads both logs. Use a verifier once.</summary>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var eventSegments = await store.ListAsync(LogKind.Events, partition: null, cancellationToken);
        var deadLetterSegments = await store.ListAsync(LogKind.DeadLetters, partition: null, cancellationToken);
        _totalBytes = eventSegments.Concat(deadLetterSegments).Sum(head => head.Length);

        await VerifyLogAsync(eventSegments, CheckEvent, cancellationToken);
        var events = _lines;
        await VerifyLogAsync(deadLetterSegments, CheckDeadLetter, cancellationToken);

        var ticks = _ticks.Judge(_offsets.CompleteFrom, until: DateTimeOffset.MaxValue);
        foreach (var tick in ticks.Missing)
        {
            Report($"{tick.Missing} of {tick.Size} events of tick {EventId.FormatTick(tick.Time)} are missing, "
                + $"the first with index {tick.MissingIndices().First()}");
        }

        return new VerificationReport(
            events,
            _lines - events,
            eventSegments.Count + deadLetterSegments.Count,
            _ticks.Ticks,
            ticks.Unfinished,
            ticks.Cut,
            ticks.Missing.Sum(tick => (long)tick.Missing),
            _partitions,
            _problems,
            _problemCount);
    }

    private async Task VerifyLogAsync(IReadOnlyList<SegmentState> heads, CheckLine check, CancellationToken cancellationToken)
    {
        var tallies = new SortedDictionary<int, PartitionTally>();
        var inOrder =
            from head in heads
            let segment = head.Name
            orderby segment.Hour, segment.Partition, segment.Generation, segment.BaseOffset
            select head;
        foreach (var head in inOrder)
        {
            if (!tallies.TryGetValue(head.Name.Partition, out var tally))
            {
                tallies[head.Name.Partition] = tally = new PartitionTally(head.Name.Log, head.Name.Partition);
            }

            await VerifySegmentAsync(head, tally, check, cancellationToken);
        }

        _partitions.AddRange(tallies.Values.Select(tally => tally.Close()));
    }

    private async Task VerifySegmentAsync(
        SegmentState head, PartitionTally tally, CheckLine check, CancellationToken cancellationToken)
    {
        var segment = head.Name;
        Report(segment, tally.Begin(segment));
        var reader = new SegmentReader(store, segment, bufferSize: (int)Math.Min(head.Length + 1, BufferBytes));
        var isFirst = true;
        while (await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
        {
            for (var rest = lines.Span; !rest.IsEmpty; isFirst = false)
            {
                var length = rest.IndexOf((byte)'\n');
                var line = rest[..length];
                rest = rest[(length + 1)..];
                _lines++;

                if (!LogLine.TryReadPosition(line, out var partition, out var offset, out var positionLength))
                {
                    Report(segment, "a line does not begin with its Kafka position");
                    continue;
                }

                if (partition != segment.Partition)
                {
                    Report(segment, $"a line is of partition {partition}");
                }

                if (isFirst && offset != segment.BaseOffset)
                {
                    Report(segment, $"the first offset is {offset}");
                }

                Report(segment, tally.Add(offset));
                if (segment.Log == LogKind.Events)
                {
                    _offsets.Add(segment, offset);
                }

                if (check(line, positionLength) is { } problem)
                {
                    Report(segment, $"offset {offset}: {problem}");
                }
            }

            _bytes += lines.Length;
            progress?.Report(new VerificationProgress(_lines, _bytes, _totalBytes));
        }

        if (reader.TornBytes > 0)
        {
            Report(segment, $"the last line is torn after {reader.TornBytes} bytes; the next start of a recorder repairs it");
        }
    }

    private string? CheckEvent(ReadOnlySpan<byte> line, int positionLength) =>
        CatEvent.TryReadLine(line, positionLength, out var catEvent, out var reason)
            ? _ticks.Add(catEvent.Id, catEvent.TickSize)
            : reason;

    private static string? CheckDeadLetter(ReadOnlySpan<byte> line, int positionLength)
    {
        try
        {
            return JsonSerializer.Deserialize(line, DeadLetterJsonContext.Default.DeadLetter) is null ? "the line is null" : null;
        }
        catch (JsonException exception)
        {
            return $"the line is no dead letter: {exception.Message}";
        }
    }

    private void Report(SegmentName segment, string? problem)
    {
        if (problem is not null)
        {
            Report($"{segment}: {problem}");
        }
    }

    private void Report(string problem)
    {
        if (++_problemCount <= MaxProblems)
        {
            _problems.Add(problem);
        }
    }

    private delegate string? CheckLine(ReadOnlySpan<byte> line, int positionLength);

    /// <summary>Counts the lines of one log of one partition, and checks their order.</summary>
    private sealed class PartitionTally(LogKind log, int partition)
    {
        private int _segments;
        private int _generations;
        private int _generation;
        private long? _first;
        private long? _last;
        private long? _lastOfGeneration;
        private long _lines;
        private long _skipped;
        private long _repeated;

        /// <summary>Goes on in the next segment.</summary>
        /// <returns>Null, or what is wrong with it.</returns>
        public string? Begin(SegmentName segment)
        {
            _segments++;
            if (segment.Generation == _generation)
            {
                return null;
            }

            var before = _generation;
            (_generation, _lastOfGeneration) = (segment.Generation, null);
            _generations++;
            return _generation < before ? $"comes after generation {before}" : null;
        }

        /// <summary>Counts a line.</summary>
        /// <returns>Null, or what is wrong with it.</returns>
        public string? Add(long offset)
        {
            _lines++;
            var before = _lastOfGeneration;
            _first ??= offset;
            _last = _lastOfGeneration = offset;
            if (offset <= before)
            {
                _repeated++;
                return $"offset {offset} comes after offset {before}";
            }

            _skipped += offset - before - 1 ?? 0;
            return null;
        }

        /// <summary>What was found.</summary>
        public PartitionReport Close() =>
            new(log, partition, _segments, _generations, _first, _last, _lines, _skipped, _repeated);
    }
}
