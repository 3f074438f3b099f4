using System.Globalization;
using System.Text.Json.Serialization;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
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
/// <param name="Gaps">Kafka offsets between the events and dead letters of a partition that are neither, whether that is a fault or not.</param>
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

    /// <summary>
    /// Events that were produced: <see cref="Recorded"/>, <see cref="DeadLettered"/>, <see cref="InFlight"/> and <see cref="Missing"/> together.
    /// </summary>
    public long Produced => Recorded + DeadLettered + InFlight + Missing;

    /// <summary>
    /// How far the log was read while much of it is unread, so that nothing counts as in flight, missing or skipped; or how far the older range was
    /// that was asked for; else null.
    /// </summary>
    public LogReading? Reading { get; init; }

    /// <summary>What is wrong, worst first.</summary>
    public IReadOnlyList<PipelineFault> Faults { get; init; } = [];

    /// <summary>Whether no event happened for longer than the schedule explains.</summary>
    [JsonIgnore]
    public bool IsSilent { get; init; }

    /// <summary>All ticks whose events are missing, oldest first.</summary>
    internal IReadOnlyList<OpenTick> MissingTicks { get; init; } = [];

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
    /// Within <see cref="PipelineHealth.RecentHours"/>, events are missing or dead letters were recorded; or offsets are in neither
    /// log, and a tick that events there can be of is not known to be whole.
    /// </summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,
}

/// <summary>A tick that lacks events which will not come: every partition has gone past it.</summary>
/// <param name="Tick">The tick, as it stands in event ids.</param>
/// <param name="Missing">How many events it misses.</param>
/// <param name="Size">How many it should have.</param>
public sealed record IncompleteTick(string Tick, int Missing, int Size);

/// <summary>Something that is wrong with the pipeline.</summary>
/// <param name="Kind">What, in a word.</param>
/// <param name="Text">The same in plain language.</param>
/// <param name="Help">The command or the setting that helps.</param>
/// <param name="Since">Since when, in UTC; null if that is not known.</param>
public sealed record PipelineFault(PipelineFaultKind Kind, string Text, string Help, DateTime? Since);

/// <summary>What can be wrong, worst first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineFaultKind>))]
public enum PipelineFaultKind
{
    /// <summary>Events of overtaken ticks are missing.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>What was produced does not reach the log.</summary>
    [JsonStringEnumMemberName("stuck")]
    Stuck,

    /// <summary>Kafka offsets were not delivered to the recorder of this host.</summary>
    [JsonStringEnumMemberName("undelivered")]
    Undelivered,

    /// <summary>Kafka offsets are in neither log.</summary>
    [JsonStringEnumMemberName("gaps")]
    Gaps,

    /// <summary>Records were not events.</summary>
    [JsonStringEnumMemberName("deadLetters")]
    DeadLetters,

    /// <summary>No event for longer than the schedule explains.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,
}

/// <summary>Says how the pipeline is.</summary>
/// <param name="analytics">What the log adds up to.</param>
/// <param name="reading">How far the log was read, if much of it is unread.</param>
/// <param name="readUntil">When the end of the log was last reached: what is newer may be unread, so nothing is stale because of it.</param>
/// <param name="recorder">The recorder, if this host records.</param>
/// <param name="pending">The ticks of the outbox, with their sizes.</param>
/// <param name="allowGaps">Whether offsets that were not delivered are normal.</param>
/// <param name="now">The current time.</param>
internal sealed class HealthBuilder(
    AnalyticsState analytics,
    LogReading? reading,
    DateTimeOffset readUntil,
    EventRecorder? recorder,
    IReadOnlyDictionary<DateTimeOffset, int>? pending,
    bool allowGaps,
    DateTimeOffset now)
{
    private readonly DateTimeOffset _recent = now.AddHours(-PipelineHealth.RecentHours);

    // What is not read yet may hold what a tick lacks.
    private readonly TickFindings _ticks =
        reading is null ? analytics.Ticks.JudgeAll(analytics.CompleteFrom, now, pending) : TickFindings.None;

    private bool IsEmpty => analytics.Recorded == 0 && analytics.DeadLettered == 0;

    private bool IsSilent => IsSilentAt(analytics, readUntil);

    /// <summary>How long there may be no event: what the schedule explains, as the last ticks show it.</summary>
    public static TimeSpan SilenceAt(AnalyticsState analytics, DateTimeOffset time)
    {
        var ticks = PipelineHealth.StaleAfterTicks * analytics.Ticks.IntervalUntil(time);
        return ticks > PipelineHealth.StaleAfter ? ticks.Value : PipelineHealth.StaleAfter;
    }

    /// <summary>Whether there is no event, or none for longer than the schedule explains.</summary>
    public static bool IsSilentAt(AnalyticsState analytics, DateTimeOffset time) =>
        analytics.NewestEvent == default || time - analytics.NewestEvent > SilenceAt(analytics, time);

    /// <summary>How the pipeline is.</summary>
    public PipelineHealth Build()
    {
        var isRead = reading is null;
        var (gaps, madeGood) = (0L, new List<OffsetRange>());
        foreach (var gap in isRead ? analytics.Gaps : [])
        {
            gaps += gap.Count;
            if (!allowGaps && analytics.Ticks.AreWhole(gap.FirstTick, gap.LastTick))
            {
                madeGood.Add(new OffsetRange(gap.Partition, gap.First, gap.Last));
            }
        }

        var faults = isRead ? Faults(gaps - madeGood.Sum(range => range.Count), madeGood).ToList() : [];
        if (isRead && IsSilent && (!IsEmpty || faults is not []))
        {
            faults.Add(new PipelineFault(
                PipelineFaultKind.Stale,
                analytics.NewestEvent == default ? "no events yet" : $"no events for {Describe(now - analytics.NewestEvent)}",
                "Is the pipeline running? run starts it, and so does func start; their logs say what fails.",
                analytics.NewestEvent == default ? null : analytics.NewestEvent.UtcDateTime));
        }

        TimeSpan? age = analytics.NewestEvent == default ? null
            : now > analytics.NewestEvent ? now - analytics.NewestEvent
            : TimeSpan.Zero;
        return new PipelineHealth(
            StateOf(faults),
            reading is not null ? Text($"reading the log: {reading.Progress:P0} done")
                : faults is not [] ? string.Join("; ", faults.Select(fault => fault.Text))
                : IsEmpty ? "no events yet" : "healthy",
            age is null ? null : analytics.NewestEvent.UtcDateTime,
            age is { } known ? Math.Round(known.TotalSeconds, 1) : null,
            analytics.Recorded,
            analytics.DeadLettered,
            _ticks.UnfinishedEvents,
            _ticks.MissingEvents,
            [.. _ticks.Missing.Reverse().Take(PipelineHealth.MaxIncompleteTicks).Select(tick => new IncompleteTick(Tick.NameOf(tick.Time), tick.Missing, tick.Size))],
            gaps,
            recorder?.Redelivered)
        {
            LagSeconds = now - _ticks.OldestPending is { } lag ? Math.Round(Math.Max(lag.TotalSeconds, 0), 1) : null,
            Reading = reading?.ToWholePercent(),
            Faults = faults,
            IsSilent = IsSilent,
            MissingTicks = _ticks.Missing,
        };
    }

    private PipelineState StateOf(List<PipelineFault> faults) =>
        reading is not null || (IsEmpty && faults is []) ? PipelineState.Waiting
        : faults is [] ? PipelineState.Healthy
        : faults is [{ Kind: PipelineFaultKind.Stale }] ? PipelineState.Stale
        : PipelineState.Degraded;

    /// <summary>The worst comes first: that nothing arrives never hides that something is missing.</summary>
    /// <param name="gaps">How many offsets are in neither log.</param>
    /// <param name="madeGood">Those that do not count any more, as every tick that events there can be of is whole.</param>
    private IEnumerable<PipelineFault> Faults(long gaps, List<OffsetRange> madeGood)
    {
        if (_ticks.Missing.Where(tick => tick.Time >= _recent).ToArray() is [var first, ..] missing)
        {
            var ticks = missing is [var tick] ? $"tick {Tick.NameOf(tick.Time)}" : Text($"{missing.Length} ticks");
            yield return new PipelineFault(
                PipelineFaultKind.Missing,
                $"{Count(missing.Sum(tick => (long)tick.Missing), "event")} of {ticks} missing",
                "verify lists them. With Outbox:Enabled, which is the default, what is lost on the way is sent again.",
                first.Time.UtcDateTime);
        }

        // Something is wrong on the way when a tick stays in the outbox although what it lacks is sent again.
        if (_ticks.OldestPending is { } oldest && now - oldest is var age && age > (IsEmpty ? PipelineHealth.FirstEventAfter : PipelineHealth.StuckAfter))
        {
            yield return new PipelineFault(
                PipelineFaultKind.Stuck,
                IsEmpty
                    ? $"produced {Text($"{_ticks.UnfinishedEvents:N0}")}, recorded 0: does the topic exist, does the broker answer, does anything record?"
                    : $"{Count(_ticks.UnfinishedEvents, "event")} in flight for {Describe(age)}: does the broker answer, does anything record?",
                "The log of the host that records says what it waits for. Nothing is lost: what the outbox holds is sent again.",
                oldest.UtcDateTime);
        }

        // Another recorder may have recorded them.
        IReadOnlyList<OffsetRange> skipped = allowGaps ? [] : recorder?.Missing ?? [];
        OffsetRange[] undelivered = [.. skipped.SelectMany(analytics.Lacking).SelectMany(range => range.Without(madeGood))];
        if (undelivered is not [])
        {
            yield return new PipelineFault(
                PipelineFaultKind.Undelivered,
                OffsetRange.DescribeUndelivered(undelivered),
                "What the outbox holds is sent again. If the topic is compacted or written in transactions, set EventLog:AllowGaps to true. Otherwise Kafka has deleted records that were not recorded yet: keep them longer.",
                null);
        }
        else if (!allowGaps && gaps > 0)
        {
            yield return new PipelineFault(
                PipelineFaultKind.Gaps,
                $"{Count(gaps, "offset")} in neither log: verify says which",
                "verify lists them. What the outbox holds is sent again; a gap is no longer a problem once all ticks around it are whole. If the topic is compacted or written in transactions, set EventLog:AllowGaps to true.",
                null);
        }

        if (analytics.DeadLetteredSince(SegmentName.HourOf(_recent)) is var deadLetters and > 0)
        {
            yield return new PipelineFault(
                PipelineFaultKind.DeadLetters,
                Count(deadLetters, "dead letter"),
                "dead-letters lists them with their reasons; dead-letters replay produces them again.",
                null);
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
