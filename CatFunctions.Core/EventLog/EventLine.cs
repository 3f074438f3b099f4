using System.Buffers;
using System.Text.Json;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.EventLog;

/// <summary>An event in the log: its value as produced, with the Kafka position spliced in after the opening brace.</summary>
internal sealed class EventLine : ILineFormat
{
    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        var members = entry.Record.Value.GetValueOrDefault().Span.Trim(WhiteSpace)[1..];
        var line = output.GetSpan(LogLine.MaxPositionLength + members.Length + 1);
        var length = LogLine.WritePosition(line, entry.Record);
        if (JsonText.HasLineBreak(members))
        {
            length += JsonText.Minify(members, line[length..]);
        }
        else
        {
            members.CopyTo(line[length..]);
            length += members.Length;
        }

        line[length++] = (byte)'\n';
        output.Advance(length);
    }

    /// <inheritdoc/>
    public bool IsSame(ReadOnlySpan<byte> storedLine, in LogEntry entry) =>
        ReadId(storedLine) is { } id && id == ReadId(entry.Record.Value.GetValueOrDefault().Span);

    private static string? ReadId(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }
}
