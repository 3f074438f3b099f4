using System.Buffers;
using System.Text.Json;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>Checks the whole log, line by line, against its promise.</summary>
/// <param name="store">Where the log is.</param>
public sealed class LogVerifier(ISegmentStore store)
{
    /// <summary>How many problems a report spells out.</summary>
    public const int MaxProblems = 20;

    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly TickLedger _ticks = new();
    private readonly List<string> _problems = [];
    private long _problemCount;
    private long _lines;

    /// <summary>Reads both logs. Use a verifier once.</summary>
    /// <exception cref="EventLogException">The log cannot be read.</exception>
    public async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var eventSegments = await VerifyLogAsync(LogNames.Events, CheckEvent, cancellationToken);
        var events = _lines;
        var deadLetterSegments = await VerifyLogAsync(LogNames.DeadLetters, CheckDeadLetter, cancellationToken);

        var (missing, unfinished) = _ticks.Close();
        foreach (var problem in missing)
        {
            Report(problem);
        }

        return new VerificationReport(
            events, _lines - events, eventSegments + deadLetterSegments, _ticks.Ticks, unfinished, _problems, _problemCount);
    }

    private async Task<int> VerifyLogAsync(string log, CheckLine check, CancellationToken cancellationToken)
    {
        var segments = await store.ListAsync(log, partition: null, cancellationToken);
        Segment? previous = null;
        var nextOffset = 0L;
        foreach (var (segment, _, _, _) in segments)
        {
            if (previous?.Partition != segment.Partition || previous.Generation != segment.Generation)
            {
                nextOffset = 0;
            }

            nextOffset = await VerifySegmentAsync(segment, nextOffset, check, cancellationToken);
            previous = segment;
        }

        return segments.Count;
    }

    private async Task<long> VerifySegmentAsync(
        Segment segment, long nextOffset, CheckLine check, CancellationToken cancellationToken)
    {
        var reader = new SegmentReader(store, segment);
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
                    Report($"{segment}: a line does not begin with its Kafka position");
                    continue;
                }

                if (partition != segment.Partition)
                {
                    Report($"{segment}: a line is of partition {partition}");
                }

                if (offset < nextOffset)
                {
                    Report($"{segment}: offset {offset} comes after offset {nextOffset - 1}");
                }

                if (isFirst && offset != segment.BaseOffset)
                {
                    Report($"{segment}: the first offset is {offset}");
                }

                nextOffset = offset + 1;
                if (check(line, positionLength) is { } problem)
                {
                    Report($"{segment}, offset {offset}: {problem}");
                }
            }
        }

        if (reader.TornBytes > 0)
        {
            Report($"{segment}: the last line is torn after {reader.TornBytes} bytes; the next start of a recorder repairs it");
        }

        return nextOffset;
    }

    private string? CheckEvent(ReadOnlySpan<byte> line, int positionLength)
    {
        if (PlainEvent.TryReadMembers(line[positionLength..], out var plain))
        {
            return _ticks.Add(plain.Id, plain.TickSize);
        }

        _value.ResetWrittenCount();
        _value.Write("{"u8);
        _value.Write(line[positionLength..]);
        var value = _value.WrittenSpan;
        if (CatEventValidator.Validate(value) is { } reason)
        {
            return reason;
        }

        var (id, tickSize) = ReadTick(value);
        return _ticks.Add(id, tickSize);
    }

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

    private static (EventId Id, int TickSize) ReadTick(ReadOnlySpan<byte> validEvent)
    {
        EventId id = default;
        var tickSize = 0;
        var reader = new Utf8JsonReader(validEvent);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var attribute = EventAttributeNames.Match(in reader);
            reader.Read();
            if (attribute == EventAttributes.Id)
            {
                _ = EventId.TryParse(reader.ValueSpan, out id);
            }
            else if (attribute == EventAttributes.TickSize)
            {
                tickSize = reader.GetInt32();
            }

            reader.Skip();
        }

        return (id, tickSize);
    }

    private void Report(string problem)
    {
        if (++_problemCount <= MaxProblems)
        {
            _problems.Add(problem);
        }
    }

    private delegate string? CheckLine(ReadOnlySpan<byte> line, int positionLength);
}
