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
        LogLine.WritePosition(output, entry.Record);
        var members = entry.Record.Value.GetValueOrDefault().Span.Trim(WhiteSpace)[1..];
        if (JsonText.HasLineBreak(members))
        {
            JsonText.Minify(members, output);
        }
        else
        {
            output.Write(members);
        }

        output.Write("\n"u8);
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
