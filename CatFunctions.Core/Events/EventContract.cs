using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CatFunctions.Core.Events;

/// <summary>What the pipeline knows about an event's JSON: the attributes, then the fields of <c>data</c>.</summary>
internal enum EventField
{
    SpecVersion,
    Id,
    Source,
    Type,
    Subject,
    Time,
    DataContentType,
    TickSize,
    Data,
    KafkaPartition,
    KafkaOffset,
    PhotoUrl,
    Breed,
    UserId,
}

/// <summary>The names, fixed values and limits of the event: a CloudEvent 1.0 in structured JSON mode.</summary>
internal static class EventContract
{
    /// <summary>The longest <c>subject</c>, <c>breed</c> and <c>userId</c>, in bytes of UTF-8, without JSON escapes.</summary>
    public const int MaxTextBytes = 256;

    /// <summary>The longest <c>photoUrl</c>, in bytes of UTF-8, without JSON escapes.</summary>
    public const int MaxUrlBytes = 2_048;

    public static readonly JsonEncodedText SpecVersion = Encode("1.0");
    public static readonly JsonEncodedText Source = Encode("/catfunctions/simulator");
    public static readonly JsonEncodedText ViewedType = Encode("catfunctions.photo.viewed");
    public static readonly JsonEncodedText LikedType = Encode("catfunctions.photo.liked");
    public static readonly JsonEncodedText DataContentType = Encode("application/json");

    /// <summary>In the order of <see cref="EventField"/>.</summary>
    private static readonly JsonEncodedText[] Names =
    [
        Encode("specversion"),
        Encode("id"),
        Encode("source"),
        Encode("type"),
        Encode("subject"),
        Encode("time"),
        Encode("datacontenttype"),
        Encode("ticksize"),
        Encode("data"),
        Encode("kafkapartition"),
        Encode("kafkaoffset"),
        Encode("photoUrl"),
        Encode("breed"),
        Encode("userId"),
    ];

    /// <summary>Escapes little more than JSON asks for: events are data, never part of a page.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static JsonEncodedText Name(EventField field) => Names[(int)field];

    /// <summary>A value without the byte order mark that it may begin with (RFC 8259, section 8.1).</summary>
    public static ReadOnlySpan<byte> SkipByteOrderMark(ReadOnlySpan<byte> value) =>
        value.StartsWith(Encoding.UTF8.Preamble) ? value[Encoding.UTF8.Preamble.Length..] : value;

    /// <summary>Text as it appears in JSON. Half of a surrogate pair, which has no UTF-8, becomes U+FFFD.</summary>
    public static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), Encoder);
}
