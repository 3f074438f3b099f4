using System.Globalization;
using System.Text.RegularExpressions;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>The logs, each a folder under the same root.</summary>
public enum LogKind
{
    /// <summary>The events.</summary>
    Events,

    /// <summary>The records that are not events, with the reason.</summary>
    DeadLetters,

    /// <summary>The records whose events are in the log already, at other offsets.</summary>
    Copies,

    /// <summary>Which dead letters were produced again, and where to.</summary>
    Replays,
}

/// <summary>The names of the logs' folders.</summary>
public static class LogKindNames
{
    // In the order of the enumeration.
    private static readonly string[] Folders = ["events", "dead-letters", "copies", "replays"];

    extension(LogKind log)
    {
        /// <summary>The folder's name.</summary>
        public string FolderName => Folders[(int)log];

        /// <summary>The log whose folder has this name; null if none has.</summary>
        internal static LogKind? Named(string folder) => Array.IndexOf(Folders, folder) is var index and >= 0 ? (LogKind)index : null;
    }
}

/// <summary>
/// The name of a segment: one file or blob of a partition's log, in folders that DuckDB, Spark and pandas read as
/// Hive partitions, such as <c>events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000123.jsonl</c>.
/// </summary>
/// <param name="Log">The log that it is of.</param>
/// <param name="Hour">The hour of its first append, in UTC.</param>
/// <param name="Partition">The Kafka partition.</param>
/// <param name="Generation">Counts from 1; goes up when the topic was created again.</param>
/// <param name="BaseOffset">The Kafka offset of its first line.</param>
public sealed partial record SegmentName(LogKind Log, DateTimeOffset Hour, int Partition, int Generation, long BaseOffset)
{
    /// <summary>Reads a path under the log's root, with forward slashes; null if it is not that of a segment.</summary>
    public static SegmentName? TryParse(string path) =>
        PathPattern().Match(path) is { Success: true } match
        && DateTimeOffset.TryParseExact(
            match.Groups["date"].Value + match.Groups["hour"].Value,
            "yyyy-MM-ddHH",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var hour)
        && int.TryParse(match.Groups["partition"].ValueSpan, CultureInfo.InvariantCulture, out var partition)
        && int.TryParse(match.Groups["generation"].ValueSpan, CultureInfo.InvariantCulture, out var generation)
        && long.TryParse(match.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture, out var offset)
        && LogKind.Named(match.Groups["log"].Value) is { } log
        && new SegmentName(log, hour, partition, generation, offset) is var segment
        && segment.ToString() == path
            ? segment
            : null;

    /// <summary>The hour that a time belongs to.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time) =>
        new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    /// <summary>Whether it was started after another segment of the same partition: hours never go back.</summary>
    public bool IsAfter(SegmentName other) =>
        (Hour, Generation, BaseOffset).CompareTo((other.Hour, other.Generation, other.BaseOffset)) > 0;

    /// <summary>The path under the log's root, with forward slashes.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Log.FolderName}/date={Hour:yyyy-MM-dd}/hour={Hour:HH}/partition={Partition}/{Generation:D4}-{BaseOffset:D20}.jsonl");

    [GeneratedRegex(@"^(?<log>[a-z-]+)/date=(?<date>\d{4}-\d\d-\d\d)/hour=(?<hour>\d\d)/partition=(?<partition>\d{1,10})/(?<generation>\d{4,10})-(?<offset>\d{20})\.jsonl$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex PathPattern();
}
