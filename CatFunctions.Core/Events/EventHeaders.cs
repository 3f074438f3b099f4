using System.Diagnostics;
using System.Text;
using System.Text.Json.Serialization;

namespace CatFunctions.Core.Events;

/// <summary>The headers of an event's record in Kafka; their values are text, in UTF-8.</summary>
public static class EventHeaders
{
    /// <summary>The span that the event was produced in, as W3C Trace Context has it.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>Marks a record whose event was sent before and may therefore be in Kafka already.</summary>
    public const string Resent = "catfunctions-resent";

    private static readonly KeyValuePair<string, string> ContentType =
        new("content-type", "application/cloudevents+json; charset=utf-8");

    private static ReadOnlySpan<byte> Structured => "application/cloudevents"u8;

    /// <summary>The value of <see cref="TraceParent"/> for what happens in a span; null if it has no such form.</summary>
    public static string? TraceParentOf(Activity? span) => span is { IdFormat: ActivityIdFormat.W3C } ? span.Id : null;

    /// <summary>The headers of an event that is produced in a span, if there is one.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(string? traceParent) =>
        traceParent is null ? [ContentType] : [ContentType, new(TraceParent, traceParent)];

    /// <summary>
    /// Why a record is not an event if its headers are those of one in binary mode, with the attributes in headers
    /// <c>ce_…</c>; else null. See https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md.
    /// </summary>
    internal static string? WhyBinary(IReadOnlyList<RecordHeader>? headers)
    {
        var attribute = headers?.FirstOrDefault(header => header.Key.StartsWith("ce_", StringComparison.OrdinalIgnoreCase));
        return attribute is null || headers!.Any(IsStructured)
            ? null
            : $"the record is a CloudEvent in binary mode, with its attributes in headers such as {attribute.Key}: "
                + "only the structured mode, application/cloudevents+json, is read";
    }

    /// <summary>The headers of an event that is sent again.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfResent(string? traceParent) =>
        [.. Of(traceParent), new(Resent, "true")];

    private static bool IsStructured(RecordHeader header) =>
        header.Key.Equals(ContentType.Key, StringComparison.OrdinalIgnoreCase)
        && header.Value is { } mediaType
        && Ascii.EqualsIgnoreCase(mediaType.AsSpan(0, Math.Min(Structured.Length, mediaType.Length)), Structured);
}

/// <summary>A header of a Kafka record.</summary>
/// <param name="Key">Its name. A record may have it several times.</param>
/// <param name="Value">Its value, byte for byte; null if it has none.</param>
public sealed record RecordHeader(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("value")] byte[]? Value);
