using System.Diagnostics;

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

    /// <summary>The headers of an event that is produced in a span, if there is one.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(Activity? span) =>
        span is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? [ContentType, new(TraceParent, id)] : [ContentType];

    /// <summary>The headers of an event that is sent again.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfResent(Activity? span) => [.. Of(span), new(Resent, "true")];
}
