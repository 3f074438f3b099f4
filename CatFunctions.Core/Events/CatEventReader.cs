using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace CatFunctions.Core.Events;

/// <summary>
/// Reads an event in whatever form JSON allows, in one pass, or says why it is not valid. Unknown attributes are
/// allowed. See https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md.
/// </summary>
internal ref struct CatEventReader
{
    private const string Missing = "is missing";
    private const string NotText = "must be a string that is not empty";

    private Utf8JsonReader _json;
    private uint _seen;
    private EventId _id;
    private int _tickSize;
    private bool _isLike;
    private DateTimeOffset _time;
    private ReadOnlySpan<byte> _subject;
    private ReadOnlySpan<byte> _photoUrl;
    private ReadOnlySpan<byte> _breed;
    private ReadOnlySpan<byte> _userId;

    private CatEventReader(ReadOnlySpan<byte> json) => _json = new Utf8JsonReader(json);

    /// <param name="json">The JSON.</param>
    /// <param name="hasPosition">Whether it begins with a Kafka position, as a line of the log does.</param>
    /// <param name="catEvent">The event; if it is not one, what could be read of it.</param>
    /// <param name="reason">Why it is not an event.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> json, bool hasPosition, out CatEvent catEvent, [NotNullWhen(false)] out string? reason)
    {
        reason =
            json.IsEmpty ? "the value is empty"
            : !Utf8.IsValid(json) ? "the value is not UTF-8"
            : HasUnpairedSurrogate(json) ? "a string holds half of a surrogate pair"
            : null;
        var reader = new CatEventReader(EventContract.SkipByteOrderMark(json));
        try
        {
            var problem = reader.Read(hasPosition);
            reason ??= problem;
        }
        catch (JsonException exception)
        {
            reason ??= $"the value is not JSON: {exception.Message}";
        }
        catch (InvalidOperationException) when (reason is not null)
        {
            // A name that is not text.
        }

        catEvent = new CatEvent
        {
            Id = reader._id,
            TickSize = reader._tickSize,
            IsLike = reader._isLike,
            Subject = reader._subject,
            Time = reader._time,
            PhotoUrl = reader._photoUrl,
            Breed = reader._breed,
            UserId = reader._userId,
        };
        return reason is null;
    }

    private string? Read(bool hasPosition)
    {
        const int PositionTokens = 4;
        _json.Read();
        for (var i = 0; hasPosition && i < PositionTokens; i++)
        {
            _json.Read();
        }

        var reason = hasPosition || _json.TokenType == JsonTokenType.StartObject
            ? ReadMembers(EventField.SpecVersion, EventField.KafkaOffset)
            : "the value is not a JSON object";
        while (_json.Read())
        {
            // To the end: if the value is not JSON, that is the reason to give.
        }

        return reason ?? (_id.Index >= _tickSize ? "id: its index is not below ticksize" : null);
    }

    /// <summary>Reads an object to its end, even if it is not valid, and returns the first reason why it is not.</summary>
    private string? ReadMembers(EventField first, EventField last)
    {
        string? reason = null;
        HashSet<string>? others = null;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = first;
            while (field <= last && !_json.ValueTextEquals(EventContract.Name(field).EncodedUtf8Bytes))
            {
                field++;
            }

            if (field <= last)
            {
                _json.Read();
                var problem = ReadField(field);
                reason ??= problem;
            }
            else if (reason is null && !(others ??= []).Add(_json.GetString()!))
            {
                reason = "an unknown name appears twice";
            }

            _json.Skip();
        }

        for (var field = first; field <= last; field++)
        {
            reason ??= IsRequired(field) && !IsSeen(field) ? Reason(field, Missing) : null;
        }

        return reason;
    }

    private string? ReadField(EventField field)
    {
        if (IsSeen(field))
        {
            return Reason(field, "appears twice");
        }

        _seen |= 1U << (int)field;
        if (_json.TokenType == JsonTokenType.Null && !IsReserved(field))
        {
            return IsRequired(field) ? Reason(field, Missing) : null;
        }

        if (field == EventField.Data && _json.TokenType == JsonTokenType.StartObject)
        {
            return ReadMembers(EventField.PhotoUrl, EventField.UserId);
        }

        var problem = field switch
        {
            EventField.SpecVersion => Is(EventContract.SpecVersion) ? null : "must be \"1.0\"",
            EventField.Id => TryReadText(out var text) && EventId.TryParse(text, out _id)
                ? null
                : "must be TICK-INDEX, such as 20261122T073015000Z-17",
            EventField.Source => ReadText(out _, int.MaxValue),
            EventField.Type => (_isLike = Is(EventContract.LikedType)) || Is(EventContract.ViewedType)
                ? null
                : "must be \"catfunctions.photo.viewed\" or \"catfunctions.photo.liked\"",
            EventField.Subject => ReadText(out _subject, EventContract.MaxTextBytes),
            EventField.Time => TryReadText(out var text) && EventTime.TryParse(text, out _time)
                ? null
                : "must be an RFC 3339 time, such as 2026-11-22T07:30:12.345Z",
            EventField.DataContentType => TryReadText(out var text) && IsJson(text)
                ? null
                : "must be a media type of JSON, such as application/json",
            EventField.TickSize => _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out _tickSize) && _tickSize > 0
                ? null
                : "must be a whole number above 0",
            EventField.Data => "must be an object",
            EventField.PhotoUrl => ReadText(out _photoUrl, EventContract.MaxUrlBytes),
            EventField.Breed => ReadText(out _breed, EventContract.MaxTextBytes),
            EventField.UserId => ReadText(out _userId, EventContract.MaxTextBytes),
            _ => "is reserved for the log",
        };
        return problem is null ? null : Reason(field, problem);
    }

    private readonly bool Is(JsonEncodedText text) =>
        _json.TokenType == JsonTokenType.String && _json.ValueTextEquals(text.EncodedUtf8Bytes);

    private readonly bool TryReadText(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_json.TokenType != JsonTokenType.String || _json.ValueSpan.IsEmpty)
        {
            return false;
        }

        text = _json.ValueSpan;
        if (_json.ValueIsEscaped)
        {
            var unescaped = new byte[text.Length];
            text = unescaped.AsSpan(0, _json.CopyString(unescaped));
        }

        return true;
    }

    private readonly string? ReadText(out ReadOnlySpan<byte> text, int maxBytes) =>
        !TryReadText(out text) ? NotText
        : text.Length <= maxBytes ? null
        : string.Create(CultureInfo.InvariantCulture, $"is {text.Length} bytes long in UTF-8; at most {maxBytes} are allowed");

    // JSON is the subtype json and every one that ends in +json, in any case and with any parameters.
    private static bool IsJson(ReadOnlySpan<byte> mediaType)
    {
        var parameters = mediaType.IndexOf((byte)';');
        var type = (parameters < 0 ? mediaType : mediaType[..parameters]).TrimEnd(" \t"u8);
        return type.Contains((byte)'/')
            && type.Length > 5
            && type[^5] is (byte)'/' or (byte)'+'
            && Ascii.EqualsIgnoreCase(type[^4..], "json"u8);
    }

    private readonly bool IsSeen(EventField field) => (_seen & (1U << (int)field)) != 0;

    private static bool IsRequired(EventField field) =>
        field is not (EventField.DataContentType or EventField.Breed) && !IsReserved(field);

    // For the log, even if it is null: a line must have each name once.
    private static bool IsReserved(EventField field) => field is EventField.KafkaPartition or EventField.KafkaOffset;

    private static string Reason(EventField field, string problem) =>
        $"{(field >= EventField.PhotoUrl ? "data." : "")}{EventContract.Name(field)}: {problem}";

    /// <summary>
    /// Whether a <c>\u</c> escape stands for half of a surrogate pair. The grammar of JSON allows it (RFC 8259,
    /// section 8.2) but it is not text, and many readers refuse the whole line.
    /// </summary>
    private static bool HasUnpairedSurrogate(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf((byte)'\\') is var escape and >= 0)
        {
            json = json[escape..];
            var unit = CodeUnit(json);
            if (char.IsHighSurrogate(unit) && char.IsLowSurrogate(CodeUnit(json[6..])))
            {
                json = json[12..];
                continue;
            }

            if (char.IsSurrogate(unit))
            {
                return true;
            }

            json = json[Math.Min(2, json.Length)..];
        }

        return false;
    }

    // What a \u escape at the start stands for; 0 if there is none.
    private static char CodeUnit(ReadOnlySpan<byte> json) =>
        json is [(byte)'\\', (byte)'u', _, _, _, _, ..]
        && ushort.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : '\0';
}
