using System.Globalization;
using System.Text.Json.Serialization;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>How the pipeline is.</summary>
/// <param name="State">In a word.</param>
/// <param name="Message">In plain language.</param>
/// <param name="NewestEvent">When the newest event happened, in UTC; null without events. Later than the current minute does not count.</param>
/// <param name="NewestEventAgeSeconds">How long ago that was, in seconds; null without events.</param>
/// <param name="Recorded">Events in the log.</param>
/// <param name="DeadLettered">Dead letters in the log.</param>
/// <param name="InFlight">Events that were produced and may still come: those that the ticks in the outbox, or that are not overtaken yet, lack.</param>
/// <param name="Missing">Events that overtaken ticks lack, unless the outbox holds them.</param>
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
    long InFlight,
    long Missing,
    IReadOnlyList<IncompleteTick> IncompleteTicks,
    long Gaps,
    long? Redelivered)
{
    /// <summary>
    /// Ticks without events, because an earlier one took longer than the schedule allows, since this host started; null where
    /// that is not known.
    /// </summary>
    public long? MissedTicks { get; init; }

    /// <summary>
    /// How long ago the oldest tick of the outbox that the log lacks events of was due, in seconds, those included that were lost and
    /// are to be sent again. Null if the log lacks none of them, or there is no outbox.
    /// </summary>
    public double? LagSeconds { get; init; }

    /// <summary>How many incomplete ticks are listed at most.</summary>
    public const int MaxIncompleteTicks = 20;

    /// <summary>For how many hours a dead letter or an incomplete tick degrades the state.</summary>
    public const int RecentHours = 24;

    /// <summary>The pipeline is stale when its newest event is older than so many intervals of the schedule, as the last ticks show it,</summary>
    public const double StaleAfterTicks = 2.5;

    /// <summary>and older than this.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(40);

    /// <summary>How long a tick may be in flight: what it lacks is found and sent again within minutes.</summary>
    public static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(5);

    /// <summary>How long it may take until the first event of all is recorded.</summary>
    public static readonly TimeSpan FirstEventAfter = TimeSpan.FromMinutes(1);
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

    /// <summary>No event for longer than the schedule explains.</summary>
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
    /// <param name="pending">The ticks of the outbox, with their sizes.</param>
    /// <param name="allowGaps">Whether offsets that were not delivered are normal.</param>
    /// <param name="now">The current time.</param>
    public static PipelineHealth Build(
        AnalyticsState analytics,
        double? progress,
        EventRecorder? recorder,
        IReadOnlyDictionary<DateTimeOffset, int>? pending,
        bool allowGaps,
        DateTimeOffset now)
    {
        TimeSpan? age = analytics.NewestEvent == default ? null
            : now > analytics.NewestEvent ? now - analytics.NewestEvent
            : TimeSpan.Zero;
        var ticks = analytics.Ticks.JudgeAll(analytics.CompleteFrom, now, pending);
        var gaps = analytics.Gaps.Sum(gap => gap.Count);
        var problems = new List<string>();
        if (progress is null)
        {
            AddMissing(problems, ticks.Missing, now.AddHours(-PipelineHealth.RecentHours));
            AddStuck(problems, analytics, ticks, now);
            AddOffsets(problems, gaps, allowGaps, recorder);
            AddDeadLetters(problems, analytics, now.AddHours(-PipelineHealth.RecentHours));
        }

        var (state, message) = progress is { } part
            ? (PipelineState.Waiting, Text($"reading the log: {part:P0} done"))
            : Judge(analytics, age, problems, now);
        return new PipelineHealth(
            state,
            message,
            age is null ? null : analytics.NewestEvent.UtcDateTime,
            age is { } known ? Math.Round(known.TotalSeconds, 1) : null,
            analytics.Recorded,
            analytics.DeadLettered,
            ticks.UnfinishedEvents,
            ticks.MissingEvents,
            [.. ticks.Missing.Reverse().Take(PipelineHealth.MaxIncompleteTicks).Select(tick => new IncompleteTick(Tick.NameOf(tick.Time), tick.Missing, tick.Size))],
            gaps,
            recorder?.Redelivered)
        {
            LagSeconds = now - ticks.OldestPending is { } lag ? Math.Round(Math.Max(lag.TotalSeconds, 0), 1) : null,
        };
    }

    /// <summary>Whether there is no event, or none for longer than the schedule explains.</summary>
    public static bool IsStale(AnalyticsState analytics, DateTimeOffset now) =>
        analytics.NewestEvent == default || now - analytics.NewestEvent > StaleAfter(analytics, now);

    /// <summary>The worst comes first: that nothing arrives never hides that something is missing.</summary>
    private static (PipelineState State, string Message) Judge(
        AnalyticsState analytics, TimeSpan? age, List<string> problems, DateTimeOffset now)
    {
        var state = problems is [] ? PipelineState.Healthy : PipelineState.Degraded;
        if (IsEmpty(analytics) && problems is [])
        {
            return (PipelineState.Waiting, "no events yet");
        }

        if (IsStale(analytics, now))
        {
            state = problems is [] ? PipelineState.Stale : state;
            problems.Add(age is { } known ? $"no events for {Describe(known)}" : "no events yet");
        }

        return (state, problems is [] ? "healthy" : string.Join("; ", problems));
    }

    private static TimeSpan StaleAfter(AnalyticsState analytics, DateTimeOffset now)
    {
        var ticks = PipelineHealth.StaleAfterTicks * analytics.Ticks.IntervalUntil(now);
        return ticks > PipelineHealth.StaleAfter ? ticks.Value : PipelineHealth.StaleAfter;
    }

    private static void AddMissing(List<string> problems, IReadOnlyList<OpenTick> missing, DateTimeOffset since)
    {
        var recent = missing.Where(tick => tick.Time >= since).ToArray();
        if (recent is not [])
        {
            var ticks = recent is [var tick] ? $"tick {Tick.NameOf(tick.Time)}" : Text($"{recent.Length} ticks");
            problems.Add($"{Count(recent.Sum(tick => (long)tick.Missing), "event")} of {ticks} missing");
        }
    }

    /// <summary>Something is wrong on the way when a tick stays in the outbox although what it lacks is sent again.</summary>
    private static void AddStuck(List<string> problems, AnalyticsState analytics, TickFindings ticks, DateTimeOffset now)
    {
        var isFirst = IsEmpty(analytics);
        if (now - ticks.OldestPending is { } age && age > (isFirst ? PipelineHealth.FirstEventAfter : PipelineHealth.StuckAfter))
        {
            problems.Add(isFirst
                ? $"produced {Text($"{ticks.UnfinishedEvents:N0}")}, recorded 0: does the topic exist, does the broker answer, does anything record?"
                : $"{Count(ticks.UnfinishedEvents, "event")} in flight for {Describe(age)}: does the broker answer, does anything record?");
        }
    }

    private static bool IsEmpty(AnalyticsState analytics) => analytics.Recorded == 0 && analytics.DeadLettered == 0;

    private static void AddOffsets(List<string> problems, long gaps, bool allowGaps, EventRecorder? recorder)
    {
        if (allowGaps)
        {
            return;
        }

        if (recorder?.Missing is { Count: > 0 } undelivered)
        {
            problems.Add(OffsetRange.DescribeUndelivered(undelivered));
        }
        else if (gaps > 0)
        {
            problems.Add($"{Count(gaps, "offset")} in neither log: verify says which");
        }
    }

    private static void AddDeadLetters(List<string> problems, AnalyticsState analytics, DateTimeOffset since)
    {
        if (analytics.DeadLetteredSince(SegmentName.HourOf(since)) is var deadLetters and > 0)
        {
            problems.Add(Count(deadLetters, "dead letter"));
        }
    }

    private static string Count(long number, string noun) => Text($"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Describe(TimeSpan age) =>
        age < TimeSpan.FromMinutes(2) ? Text($"{Math.Floor(age.TotalSeconds)} s")
        : age < TimeSpan.FromHours(2) ? Text($"{Math.Floor(age.TotalMinutes)} min")
        : age < TimeSpan.FromDays(2) ? Text($"{Math.Floor(age.TotalHours)} h")
        : Text($"{Math.Floor(age.TotalDays)} days");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
