using System.Globalization;
using System.Text.Json.Serialization;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>How the pipeline is.</summary>
/// <param name="State">In a word.</param>
/// <param name="Message">In plain language.</param>
/// <param name="NewestEvent">When the newest event happened, in UTC; null without events. Later than the current minute does not count.</param>
/// <param name="NewestEventAgeSeconds">How long ago that was, in seconds; null without events.</param>
/// <param name="Recorded">Events in the log.</param>
/// <param name="DeadLettered">Dead letters in the log.</param>
/// <param name="Missing">Events that overtaken ticks lack.</param>
/// <param name="IncompleteTicks">The newest of these ticks, newest first, at most <see cref="MaxIncompleteTicks"/>.</param>
/// <param name="Gaps">Kafka offsets between the events and dead letters of a partition that are neither.</param>
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

/// <summary>How the pipeline is, in a word.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineState>))]
public enum PipelineState
{
    /// <summary>Events arrive, and all that should be there is there.</summary>
    [JsonStringEnumMemberName("healthy")]
    Healthy,

    /// <summary>There is no event yet, or the log is still being read.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>No event for longer than <see cref="PipelineHealth.StaleAfter"/>.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,

    /// <summary>
    /// Within <see cref="PipelineHealth.RecentHours"/>, events are missing or dead letters were recorded; or offsets were not
    /// delivered to the recorder of this host since it started.
    /// </summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,
}

/// <summary>A tick that lacks events which will not come: every partition has gone past it.</summary>
/// <param name="Tick">The tick, as it stands in event ids.</param>
/// <param name="Missing">How many events it misses.</param>
/// <param name="Size">How many it should have.</param>
public sealed record IncompleteTick(string Tick, int Missing, int Size);

/// <summary>Says how the pipeline is.</summary>
internal static class HealthBuilder
{
    /// <summary>How the pipeline is.</summary>
    /// <param name="analytics">What the log adds up to.</param>
    /// <param name="progress">How much of the log was read, 0 to 1, while it is read for the first time; else null.</param>
    /// <param name="recorder">The recorder, if this host records.</param>
    /// <param name="allowGaps">Whether offsets that were not delivered are normal.</param>
    /// <param name="now">The current time.</param>
    public static PipelineHealth Build(AnalyticsState analytics, double? progress, EventRecorder? recorder, bool allowGaps, DateTimeOffset now)
    {
        TimeSpan? age = analytics.NewestEvent == default ? null
            : now > analytics.NewestEvent ? now - analytics.NewestEvent
            : TimeSpan.Zero;
        var ticks = analytics.Ticks.JudgeAll(analytics.CompleteFrom, now);
        var incomplete = ticks.Missing;
        var (state, message) =
            progress is { } part ? (PipelineState.Waiting, Text($"reading the log: {part:P0} done"))
            : analytics.Recorded == 0 && analytics.DeadLettered == 0 ? (PipelineState.Waiting, "no events yet")
            : Judge(age, Problems(analytics, incomplete, allowGaps ? [] : recorder?.Missing ?? [], now.AddHours(-PipelineHealth.RecentHours)));

        return new PipelineHealth(
            state,
            message,
            age is null ? null : analytics.NewestEvent.UtcDateTime,
            age is { } known ? Math.Round(known.TotalSeconds, 1) : null,
            analytics.Recorded,
            analytics.DeadLettered,
            ticks.MissingEvents,
            [.. incomplete.Reverse().Take(PipelineHealth.MaxIncompleteTicks).Select(tick => new IncompleteTick(EventId.FormatTick(tick.Time), tick.Missing, tick.Size))],
            analytics.Gaps.Sum(gap => gap.Count),
            recorder?.Redelivered);
    }

    private static (PipelineState State, string Message) Judge(TimeSpan? age, List<string> problems)
    {
        var state = problems is [] ? PipelineState.Healthy : PipelineState.Degraded;
        if (age is null || age > PipelineHealth.StaleAfter)
        {
            state = PipelineState.Stale;
            problems.Insert(0, age is { } known ? $"no events for {Describe(known)}" : "no events yet");
        }

        return (state, problems is [] ? "healthy" : string.Join("; ", problems));
    }

    private static List<string> Problems(
        AnalyticsState analytics, IReadOnlyList<OpenTick> incomplete, IReadOnlyList<OffsetRange> undelivered, DateTimeOffset since)
    {
        var problems = new List<string>();
        var recent = incomplete.Where(tick => tick.Time >= since).ToArray();
        if (recent is not [])
        {
            var ticks = recent is [var tick] ? $"tick {EventId.FormatTick(tick.Time)}" : Text($"{recent.Length} ticks");
            problems.Add($"{Count(recent.Sum(tick => (long)tick.Missing), "event")} of {ticks} missing");
        }

        if (undelivered is not [])
        {
            problems.Add(OffsetRange.DescribeUndelivered(undelivered));
        }

        if (analytics.DeadLetteredSince(SegmentName.HourOf(since)) is var deadLetters and > 0)
        {
            problems.Add(Count(deadLetters, "dead letter"));
        }

        return problems;
    }

    private static string Count(long number, string noun) => Text($"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Describe(TimeSpan age) =>
        age < TimeSpan.FromMinutes(2) ? Text($"{Math.Floor(age.TotalSeconds)} s")
        : age < TimeSpan.FromHours(2) ? Text($"{Math.Floor(age.TotalMinutes)} min")
        : age < TimeSpan.FromDays(2) ? Text($"{Math.Floor(age.TotalHours)} h")
        : Text($"{Math.Floor(age.TotalDays)} days");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
