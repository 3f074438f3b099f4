using System.Text.Json;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>Checks the whole log, line by line, against its promise.</summary>
/// <remarks>
/// It reads hour by hour, all partitions of an hour before the next: so a tick is whole soon after its first event, and the
/// memory that this takes hardly grows with the log.
/// </remarks>
/// <param name="store">Where the log is.</param>
/// <param name="progress">Is told now and then how far it is.</param>
/// <param name="clock">Tells which ticks are in the future, so that they say nothing about those before.</param>
/// <param name="allowGaps"><see cref="EventLogOptions.AllowGaps"/>.</param>
/// <param name="listPendingAsync">The ticks of the outbox, with their sizes: what they lack is in flight, not missing.</param>
public sealed class LogVerifier(
    ISegmentStore store,
    IProgress<VerificationProgress>? progress = null,
    TimeProvider? clock = null,
    bool allowGaps = false,
    Func<CancellationToken, Task<IReadOnlyDictionary<DateTimeOffset, int>>>? listPendingAsync = null)
{
    /// <summary>How many problems a report spells out.</summary>
    public const int MaxProblems = 20;

    private const int BufferBytes = 4 << 20;

    // Retention deletes once an hour.
    private const int MaxTries = 3;

    // They are recorded before the events of their batch, so those of an hour are read after its events.
    private static readonly LogKind[] BeforeEvents = [LogKind.DeadLetters, LogKind.Copies];

    private readonly TickAudit _ticks = new();
    private readonly OffsetAudit _offsets = new();
    private readonly SortedDictionary<(LogKind Log, int Partition), PartitionTally> _partitions = [];
    private readonly List<string> _problems = [];
    private readonly List<string> _notes = [];
    private long _problemCount;
    private long _lines;
    private long _bytes;
    private long _totalBytes;

    /// <summary>Reads both logs. Use a verifier once.</summary>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var verifier = this;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await verifier.VerifyOnceAsync(cancellationToken);
            }
            catch (SegmentDeletedException) when (tries < MaxTries)
            {
                // Between what was read and what is left, deleted hours would pass for a gap.
                verifier = new LogVerifier(store, progress, clock, allowGaps, listPendingAsync);
            }
        }
    }

    private async Task<VerificationReport> VerifyOnceAsync(CancellationToken cancellationToken)
    {
        var pending = listPendingAsync is null ? null : await listPendingAsync(cancellationToken);
        var segments = new List<SegmentState>();
        foreach (var log in (LogKind[])[LogKind.Events, .. BeforeEvents])
        {
            segments.AddRange(await store.ListAsync(log, partition: null, cancellationToken));
        }

        _totalBytes = segments.Sum(segment => segment.Length);
        var inOrder =
            from segment in segments
            let name = segment.Name
            orderby name.Hour, name.Log, name.Partition, name.Generation, name.BaseOffset
            select segment;
        foreach (var segment in inOrder)
        {
            await VerifySegmentAsync(segment, cancellationToken);
        }

        // A recorder that is running may have begun dead letters or copies since, before events that were read.
        var known = segments.Select(segment => segment.Name).ToHashSet();
        foreach (var log in BeforeEvents)
        {
            foreach (var segment in await store.ListAsync(log, partition: null, cancellationToken))
            {
                if (known.Add(segment.Name))
                {
                    await VerifySegmentAsync(segment, cancellationToken);
                }
            }
        }

        var foreign = new List<string>();
        foreach (var log in Enum.GetValues<LogKind>())
        {
            foreign.AddRange(await store.ListForeignAsync(log, cancellationToken));
        }

        var ticks = _ticks.JudgeAll(_offsets.CompleteFrom, (clock ?? TimeProvider.System).GetUtcNow(), pending);
        foreach (var limit in _ticks.Limits.Append(allowGaps ? null : _offsets.Limit).OfType<string>())
        {
            Report(limit);
        }

        var gaps = ReportGaps();
        foreach (var tick in ticks.Missing)
        {
            Report($"{tick.Missing} of {tick.Size} events of tick {Tick.NameOf(tick.Time)} are missing, "
                + $"the first with index {tick.MissingIndices().First()}");
        }

        var partitions = _partitions.Values.Select(partition => partition.Close()).ToArray();
        return new VerificationReport(
            partitions.Where(partition => partition.Log == LogKind.Events).Sum(partition => partition.Lines),
            partitions.Where(partition => partition.Log == LogKind.DeadLetters).Sum(partition => partition.Lines),
            partitions.Where(partition => partition.Log == LogKind.Copies).Sum(partition => partition.Lines),
            known.Count,
            _ticks.Ticks,
            ticks.Unfinished,
            ticks.Cut,
            ticks.MissingEvents,
            ticks.UnfinishedEvents,
            gaps,
            partitions,
            _problems,
            _problemCount,
            foreign,
            _notes);
    }

    private long ReportGaps()
    {
        var count = 0L;
        foreach (var gap in _offsets.Gaps)
        {
            count += gap.Count;
            if (allowGaps)
            {
                continue;
            }

            if (_ticks.AreWhole(gap.FirstTick, gap.LastTick))
            {
                var (first, last) = (Tick.NameOf(gap.FirstTick), Tick.NameOf(gap.LastTick));
                _notes.Add($"{gap}; {(first == last ? $"tick {first}" : $"every tick from {first} to {last}")} is whole all the same");
            }
            else
            {
                Report(gap.ToString());
            }
        }

        return count;
    }

    private async Task VerifySegmentAsync(SegmentState state, CancellationToken cancellationToken)
    {
        var segment = state.Name;
        if (!_partitions.TryGetValue((segment.Log, segment.Partition), out var tally))
        {
            _partitions[(segment.Log, segment.Partition)] = tally = new PartitionTally(segment.Log, segment.Partition);
        }

        Report(segment, tally.Begin(segment));
        var reader = new SegmentReader(store, segment, bufferSize: (int)Math.Min(state.Length + 1, BufferBytes));
        var isFirst = true;
        while (await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
        {
            foreach (var line in new LogLines(lines.Span))
            {
                CheckLine(segment, tally, line, isFirst);
                isFirst = false;
            }

            _bytes += lines.Length;
            progress?.Report(new VerificationProgress(_lines, _bytes, _totalBytes));
        }

        if (reader.TornBytes > 0)
        {
            Report(segment, $"the last line is torn after {reader.TornBytes} bytes; the next start of a recorder repairs it");
        }
    }

    private void CheckLine(SegmentName segment, PartitionTally tally, ReadOnlySpan<byte> line, bool isFirst)
    {
        _lines++;
        if (!LogLine.TryReadPosition(line, out var partition, out var offset, out var positionLength))
        {
            Report(segment, "a line does not begin with its Kafka position");
            return;
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
        var tick = default(DateTimeOffset);
        var problem = segment.Log switch
        {
            LogKind.Events => CheckEvent(segment, offset, line, positionLength, ref tick),
            LogKind.DeadLetters => CheckDeadLetter(line),
            _ => null,
        };
        _offsets.Add(segment, offset, tick);
        if (problem is not null)
        {
            Report(segment, $"offset {offset}: {problem}");
        }
    }

    private string? CheckEvent(SegmentName segment, long offset, ReadOnlySpan<byte> line, int positionLength, ref DateTimeOffset tick)
    {
        if (!CatEvent.TryReadLine(line, positionLength, out var catEvent, out var reason))
        {
            return reason;
        }

        tick = catEvent.Id.Tick;
        return _ticks.Add(segment, offset, catEvent.Id, catEvent.TickSize);
    }

    private string? CheckDeadLetter(ReadOnlySpan<byte> line)
    {
        try
        {
            var letter = JsonSerializer.Deserialize(line, DeadLetterJsonContext.Default.DeadLetter);
            _ticks.AddDeadLetter(letter?.Value);
            return letter is null ? "the line is null" : null;
        }
        catch (JsonException exception)
        {
            return $"the line is not a dead letter: {exception.Message}";
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

    /// <summary>Counts the lines of one log of one partition, and checks their order.</summary>
    private sealed class PartitionTally(LogKind log, int partition)
    {
        private int _segments;
        private int _generations;
        private int _generation;
        private long? _first;
        private long? _last;
        private long? _lastOfGeneration;
        private long _repeated;

        public LogKind Log => log;

        public long Lines { get; private set; }

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
            Lines++;
            var before = _lastOfGeneration;
            _first ??= offset;
            _last = _lastOfGeneration = offset;
            if (offset <= before)
            {
                _repeated++;
                return $"offset {offset} comes after offset {before}";
            }

            return null;
        }

        /// <summary>What was found.</summary>
        public PartitionReport Close() =>
            new(log, partition, _segments, _generations, _first, _last, Lines, _repeated);
    }
}
