using System.Diagnostics;
using CatFunctions.Core.Telemetry;

namespace CatFunctions.Kafka;

/// <summary>A header of a <see cref="KafkaEnvelope"/>.</summary>
internal sealed record KafkaEnvelopeHeader(string Key, string Value)
{
    private static readonly KafkaEnvelopeHeader ContentType =
        new("content-type", "application/cloudevents+json; charset=utf-8");

    /// <summary>The headers of every event: its content type and, when there is a trace, the trace (W3C).</summary>
    public static IReadOnlyList<KafkaEnvelopeHeader> ForEvents(Activity? trace) =>
        trace is { IdFormat: ActivityIdFormat.W3C, Id: { } traceparent }
            ? [ContentType, new(PipelineTrace.TraceParentHeader, traceparent)]
            : [ContentType];
}
