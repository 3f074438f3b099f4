using System.Buffers;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>An event in the log: its value as produced, with the Kafka position spliced in after the opening brace.</summary>
internal sealed class EventLine : ILineFormat
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <summary>Reads a line; false if it is not one of the event log.</summary>
    /// <param name="line">The line, without its line break.</param>
    /// <param name="catEvent">The event. Its texts may be parts of <paramref name="line"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, out long offset, out CatEvent catEvent)
    {
        catEvent = default;
        return LogLine.TryReadPosition(line, out _, out offset, out var length)
            && CatEvent.TryReadLine(line, length, out catEvent, out _);
    }

    public void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        var attributes = EventContract.SkipByteOrderMark(entry.Record.Value.GetValueOrDefault().Span).Trim(WhiteSpace)[1..];
        var line = output.GetSpan(LogLine.MaxPositionLength + attributes.Length + 1);
        var length = LogLine.WritePosition(line, entry.Record);
        if (attributes.ContainsAny(LineBreaks))
        {
            length += Minify(attributes, line[length..]);
        }
        else
        {
            attributes.CopyTo(line[length..]);
            length += attributes.Length;
        }

        line[length++] = (byte)'\n';
        output.Advance(length);
    }

    public bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry) =>
        HasSameText(storedLine, entry.Record.Value.GetValueOrDefault().Span)
        || (TryRead(storedLine, out _, out var stored)
            && CatEvent.TryRead(entry.Record.Value.GetValueOrDefault().Span, out var recorded, out _)
            && stored.Id == recorded.Id);

    private static bool HasSameText(ReadOnlySpan<byte> storedLine, ReadOnlySpan<byte> value) =>
        LogLine.TryReadPosition(storedLine, out _, out _, out var length)
        && value.Trim(WhiteSpace) is [(byte)'{', .. var attributes]
        && storedLine[length..].SequenceEqual(attributes);

    // Copies valid JSON without the white space between its tokens, which is where its line breaks are.
    private static int Minify(ReadOnlySpan<byte> json, Span<byte> minified)
    {
        var length = 0;
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var current = json[i];
            if (!inString && WhiteSpace.Contains(current))
            {
                continue;
            }

            minified[length++] = current;
            if (current == '\\')
            {
                minified[length++] = json[++i];
            }
            else if (current == '"')
            {
                inString = !inString;
            }
        }

        return length;
    }
}
