namespace CatFunctions.Core.Analytics.Report;

/// <summary>How the pipeline is.</summary>
/// <param name="State">In a word.</param>
/// <param name="Message">In plain language.</param>
/// <param name="NewestEvent">When the newest event happened, in UTC; null without events. Later than the current minute does not count.</param>
/// <param name="NewestEventAgeSeconds">How long ago that was, in seconds; null without events.</param>
/// <param name="Recorded">Events in the log.</param>
/// <param name="DeadLettered">Dead letters in the log.</param>
/// <param name="Missing">Events that finished ticks miss.</param>
/// <param name="IncompleteTicks">The newest of these ticks, newest first, at most <see cref="MaxIncompleteTicks"/>.</param>
/// <param name="Gaps">Kafka offsets between the events that are neither an event nor a dead letter.</param>
/// <param name="Redelivered">Records that were delivered again and skipped, since this host started; null where none records.</param>
public sealed record PipelineHealth(
    PipelineState State,
    string Message,
    DateTime? NewestEvent,
    double? NewestEventAgeSeconds,
    long Recorded,
    long DeadLettered,
    long Missing,
    IReadOnlyList<IncompleteTick> IncompleteTicks,
    long Gaps,
    long? Redelivered)
{
    /// <summary>How many incomplete ticks are listed at most.</summary>
    public const int MaxIncompleteTicks = 20;

    /// <summary>For how many hours a dead letter or an incomplete tick degrades the state.</summary>
    public const int RecentHours = 24;

    /// <summary>The age of the newest event from which on the pipeline is stale: longer than a timer of 30 s would explain.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(40);
}
