using System.Diagnostics;
using System.Text;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Telemetry;

/// <summary>
/// The spans of the pipeline, by <see cref="ActivitySource"/>. The events of a tick carry the span of the tick as
/// <c>traceparent</c>, and the span of a recorded batch has links to the ticks that its records come from, so a trace
/// leads from the timer to the log.
/// </summary>
public static class PipelineTrace
{
    public const string SourceName = "CatFunctions";

    /// <summary>The most links of a span: a batch that catches up after an outage may come from hundreds of ticks.</summary>
    public const int MaxLinks = 32;

    private static readonly ActivitySource Source = new(SourceName);

    // Internal, and neither producer nor consumer: that is the span of the function around it, and Application Insights
    // would count each consumer as one more request.

    /// <summary>Starts the span in which a tick's events are produced; null without a listener.</summary>
    public static Activity? StartTick(Tick tick) =>
        Source.StartActivity("produce tick")?.SetTag("catfunctions.tick", Tick.NameOf(tick.ScheduledTime));

    /// <summary>Starts the span in which a batch is recorded; null without a listener.</summary>
    /// <param name="records">How many records it has.</param>
    /// <param name="traceParents">The span that each was produced in; empty if it has none.</param>
    internal static Activity? StartRecording(int records, IEnumerable<ReadOnlyMemory<byte>> traceParents) =>
        Source.HasListeners()
            ? Source.StartActivity("record batch", ActivityKind.Internal, parentContext: default, links: Links(traceParents))
                ?.SetTag("messaging.batch.message_count", records)
            : null;

    /// <summary>Ends a span that failed.</summary>
    internal static void Fail(this Activity activity, Exception exception) =>
        activity.SetStatus(ActivityStatusCode.Error, exception.Message).AddException(exception);

    // Records of one tick come together, so nearly all are like the one before.
    private static List<ActivityLink> Links(IEnumerable<ReadOnlyMemory<byte>> traceParents)
    {
        var links = new List<ActivityLink>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var previous = ReadOnlyMemory<byte>.Empty;
        foreach (var traceParent in traceParents)
        {
            if (links.Count == MaxLinks)
            {
                break;
            }

            if (traceParent.Span.SequenceEqual(previous.Span))
            {
                continue;
            }

            previous = traceParent;
            var text = Encoding.ASCII.GetString(traceParent.Span);
            if (seen.Add(text) && ActivityContext.TryParse(text, null, isRemote: true, out var context))
            {
                links.Add(new ActivityLink(context));
            }
        }

        return links;
    }
}
