using System.Diagnostics;
using CatFunctions.Core.Events;
using CatFunctions.Core.Outbox;
using CatFunctions.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace CatFunctions;

/// <summary>
/// Sends again what was produced and did not reach the log. The output binding hands events over without waiting for the
/// broker's answer, so <see cref="ProduceCatEvents"/> cannot know what was lost on the way; the log can. While Kafka does not
/// answer, its line each minute says so.
/// </summary>
public sealed partial class ResendCatEvents(TickOutbox outbox, TimeProvider clock, ILogger<ResendCatEvents> logger)
{
    [Function(nameof(ResendCatEvents))]
    [KafkaOutput(
        $"%{nameof(AppSettings.KafkaBrokerList)}%", $"%{nameof(AppSettings.KafkaTopic)}%", EnableIdempotence = true)]
    public async Task<KafkaEnvelopes> RunAsync(
        [TimerTrigger("30 * * * * *")] TimerInfo timer,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var lost = await outbox.ResendAsync(isKafkaEmpty: false, cancellationToken).ToListAsync(cancellationToken);
        if (lost.Count > 0)
        {
            LogResent(lost.Count);
        }

        if (outbox.Overdue > lost.Count)
        {
            LogOverdue(outbox.Overdue - lost.Count);
        }

        return new KafkaEnvelopes(lost, now, EventHeaders.OfResent(EventHeaders.TraceParentOf(Activity.Current)));
    }

    [LoggerMessage(LogLevel.Warning, "Sending {Count} events again, which did not reach the log")]
    private partial void LogResent(int count);

    [LoggerMessage(
        LogLevel.Warning,
        "{Count} events that were produced over a minute ago are not in the log yet: Kafka does not take them, its topic is missing, or "
        + "recording lags behind. The outbox keeps them, and what is lost is sent again")]
    private partial void LogOverdue(long count);
}
