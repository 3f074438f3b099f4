using System.Text.Json;
using System.Text.Unicode;

namespace CatFunctions.Core.Events;

/// <summary>
/// Tells whether the value of a Kafka record is an event: CloudEvents 1.0 in the JSON format, with our attributes.
/// Attributes it does not know are allowed. See https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md.
/// </summary>
public static class CatEventValidator
{
    /// <summary>Checks a value. Allocates nothing when the value is valid.</summary>
    /// <returns>Null if it is valid, else the reason why not, for a person to read.</returns>
    public static string? Validate(ReadOnlySpan<byte> value)
    {
        if (PlainEvent.TryRead(value, out _))
        {
            return null;
        }

        if (value.IsEmpty)
        {
            return "the value is empty";
        }

        if (!Utf8.IsValid(value))
        {
            return "the value is not UTF-8";
        }

        try
        {
            return ValidateJson(value);
        }
        catch (JsonException exception)
        {
            return $"the value is not JSON: {exception.Message}";
        }
    }

    private static string? ValidateJson(ReadOnlySpan<byte> value)
    {
        // The whole of it first: that a value is not JSON, or no text, is the better reason.
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
        }

        if (JsonText.HasUnpairedSurrogate(value))
        {
            return "a string holds half of a surrogate pair";
        }

        reader = new Utf8JsonReader(value);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject
            ? ValidateAttributes(ref reader)
            : "the value is not a JSON object";
    }

    private static string? ValidateAttributes(ref Utf8JsonReader reader)
    {
        var seen = EventAttributes.None;
        var index = 0;
        var tickSize = 0;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var attribute = EventAttributeNames.Match(in reader);
            if ((seen & attribute) != 0)
            {
                return $"{EventAttributeNames.Of(attribute)}: stands twice";
            }

            seen |= attribute;
            reader.Read();

            var reason = attribute switch
            {
                EventAttributes.SpecVersion => RequireText(in reader, "1.0"u8, "specversion: must be \"1.0\""),
                EventAttributes.Id => RequireId(in reader, out index),
                EventAttributes.Source => RequireString(in reader, "source: must be a string that is not empty"),
                EventAttributes.Type => RequireType(in reader),
                EventAttributes.Subject => RequireString(in reader, "subject: must be a string that is not empty"),
                EventAttributes.Time => RequireTime(in reader),
                EventAttributes.DataContentType => RequireText(in reader, "application/json"u8, "datacontenttype: must be \"application/json\""),
                EventAttributes.TickSize => RequireTickSize(in reader, out tickSize),
                EventAttributes.Data => ValidateData(ref reader),
                EventAttributes.KafkaPartition => "kafkapartition: is reserved for the log",
                EventAttributes.KafkaOffset => "kafkaoffset: is reserved for the log",
                _ => null,
            };
            if (reason is not null)
            {
                return reason;
            }

            reader.Skip();
        }

        var missing = EventAttributes.Required & ~seen;
        return missing != 0 ? $"{EventAttributeNames.Of(missing)}: is missing"
            : index >= tickSize ? "id: its index is not below ticksize"
            : null;
    }

    private static string? ValidateData(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "data: must be an object";
        }

        var hasPhotoUrl = false;
        var hasUserId = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? reason = null;
            if (reader.ValueTextEquals("photoUrl"u8))
            {
                reader.Read();
                hasPhotoUrl = true;
                reason = RequireString(in reader, "data.photoUrl: must be a string that is not empty");
            }
            else if (reader.ValueTextEquals("userId"u8))
            {
                reader.Read();
                hasUserId = true;
                reason = RequireString(in reader, "data.userId: must be a string that is not empty");
            }
            else if (reader.ValueTextEquals("breed"u8))
            {
                reader.Read();
                reason = RequireString(in reader, "data.breed: must be a string that is not empty");
            }

            if (reason is not null)
            {
                return reason;
            }

            reader.Skip();
        }

        return !hasPhotoUrl ? "data.photoUrl: is missing"
            : !hasUserId ? "data.userId: is missing"
            : null;
    }

    private static string? RequireString(in Utf8JsonReader reader, string reason) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty ? null : reason;

    private static string? RequireText(in Utf8JsonReader reader, ReadOnlySpan<byte> text, string reason) =>
        reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text) ? null : reason;

    private static string? RequireType(in Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? "type: must be a string"
        : reader.ValueTextEquals(EventContract.ViewedType) || reader.ValueTextEquals(EventContract.LikedType) ? null
        : "type: is not one that this log knows";

    private static string? RequireId(in Utf8JsonReader reader, out int index)
    {
        EventId id = default;
        var valid = reader.TokenType == JsonTokenType.String && EventId.TryParse(reader.ValueSpan, out id);
        index = id.Index;
        return valid ? null : "id: must be TICK-INDEX, such as 20261122T073015000Z-17";
    }

    private static string? RequireTime(in Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && IsRfc3339(in reader)
            ? null
            : "time: must be an RFC 3339 time, such as 2026-11-22T07:30:12.345Z";

    // The reader accepts any ISO 8601 time; RFC 3339, section 5.6, demands the time of day and the offset too.
    private static bool IsRfc3339(in Utf8JsonReader reader) =>
        reader.ValueSpan is { Length: >= 20 } text
        && text[10] == 'T'
        && (text[^1] == 'Z' || text[^6] is (byte)'+' or (byte)'-')
        && reader.TryGetDateTimeOffset(out _);

    private static string? RequireTickSize(in Utf8JsonReader reader, out int tickSize)
    {
        tickSize = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out tickSize) && tickSize > 0
            ? null
            : "ticksize: must be a whole number above 0";
    }
}
