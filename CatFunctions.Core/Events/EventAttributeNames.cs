using System.Text.Json;

namespace CatFunctions.Core.Events;

/// <summary>The names of the <see cref="EventAttributes"/> in JSON.</summary>
internal static class EventAttributeNames
{
    /// <summary>The attribute whose name the reader stands on; none if the pipeline does not know it.</summary>
    public static EventAttributes Match(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Match(reader.ValueSpan);
        }

        // Escapes only ever make a name longer, so a name that does not fit is none of ours.
        Span<byte> name = stackalloc byte[128];
        return reader.ValueSpan.Length <= name.Length ? Match(name[..reader.CopyString(name)]) : EventAttributes.None;
    }

    /// <summary>The name of the attribute, or of the first one where there are several.</summary>
    public static string Of(EventAttributes attributes)
    {
        var first = attributes & (EventAttributes)(-(int)attributes);
        return first.ToString().ToLowerInvariant();
    }

    private static EventAttributes Match(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => EventAttributes.Id,
        4 when name.SequenceEqual("type"u8) => EventAttributes.Type,
        4 when name.SequenceEqual("time"u8) => EventAttributes.Time,
        4 when name.SequenceEqual("data"u8) => EventAttributes.Data,
        6 when name.SequenceEqual("source"u8) => EventAttributes.Source,
        7 when name.SequenceEqual("subject"u8) => EventAttributes.Subject,
        8 when name.SequenceEqual("ticksize"u8) => EventAttributes.TickSize,
        11 when name.SequenceEqual("specversion"u8) => EventAttributes.SpecVersion,
        11 when name.SequenceEqual("kafkaoffset"u8) => EventAttributes.KafkaOffset,
        14 when name.SequenceEqual("kafkapartition"u8) => EventAttributes.KafkaPartition,
        15 when name.SequenceEqual("datacontenttype"u8) => EventAttributes.DataContentType,
        _ => EventAttributes.None,
    };
}
