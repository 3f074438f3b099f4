using System.Globalization;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>Says how the pipeline is.</summary>
internal static class HealthBuilder
{
    /// <summary>How the pipeline is.</summary>
    /// <param name="fold">What the log adds up to.</param>
    /// <param name="progress">How much of the log was read, 0 to 1, while it is read for the first time; else null.</param>
    /// <param name="redelivered">The recorder's own count, if this host records.</param>
    /// <param name="now">The current time.</param>
    public static PipelineHealth Build(AnalyticsState fold, double? progress, long? redelivered, DateTimeOffset now)
    {
        TimeSpan? age = fold.NewestEvent == default ? null
            : now > fold.NewestEvent ? now - fold.NewestEvent
            : TimeSpan.Zero;
        var incomplete = fold.Ticks.Judge(fold.CompleteFrom, until: now + TickAudit.Grace).Missing;
        var (state, message) =
            progress is { } part ? (PipelineState.Waiting, Text($"reading the log: {part:P0} done"))
            : fold.Recorded == 0 && fold.DeadLettered == 0 ? (PipelineState.Waiting, "no events yet")
            : Judge(age, Problems(fold, incomplete, now.AddHours(-PipelineHealth.RecentHours)));

        return new PipelineHealth(
            state,
            message,
            age is null ? null : fold.NewestEvent.UtcDateTime,
            age is { } known ? Math.Round(known.TotalSeconds, 1) : null,
            fold.Recorded,
            fold.DeadLettered,
            incomplete.Sum(tick => (long)tick.Missing),
            [.. incomplete.Reverse().Take(PipelineHealth.MaxIncompleteTicks).Select(tick => new IncompleteTick(EventId.FormatTick(tick.Time), tick.Missing, tick.Size))],
            fold.Gaps,
            redelivered);
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
        AnalyticsState fold, IReadOnlyList<OpenTick> incomplete, DateTimeOffset since)
    {
        var problems = new List<string>();
        var recent = incomplete.Where(tick => tick.Time >= since).ToArray();
        if (recent is not [])
        {
            var ticks = recent is [var tick] ? $"tick {EventId.FormatTick(tick.Time)}" : Text($"{recent.Length} ticks");
            problems.Add($"{Count(recent.Sum(tick => (long)tick.Missing), "event")} of {ticks} missing");
        }

        if (fold.DeadLetteredSince(SegmentName.HourOf(since)) is var deadLetters and > 0)
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
