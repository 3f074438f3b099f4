using System.Data.Common;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Tests.Deployment;
using CatFunctions.Tests.EventLog;
using DuckDB.NET.Data;

namespace CatFunctions.Tests.Analytics;

/// <summary>The queries of docs/data.md in DuckDB, against a log that is being written, and against the page's numbers.</summary>
public sealed partial class DataQueriesTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 58, 30, TimeSpan.Zero);

    private readonly CatLog _log = new(Start);
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public void Dispose()
    {
        _connection.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Each_runs_while_the_log_is_being_written_and_never_counts_back()
    {
        await RecordMinutesAsync(1);
        Open();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await RecordMinutesAsync(1);
            }
        });

        var recorded = 0L;
        Queries().Length.ShouldBeGreaterThan(10);
        for (var round = 0; round < 3; round++)
        {
            foreach (var (_, query) in Queries())
            {
                Query(query);
            }

            var now = (long)Query("SELECT count(*) FROM events").Single()[0]!;
            now.ShouldBeGreaterThanOrEqualTo(recorded);
            recorded = now;
        }

        await stop.CancelAsync();
        await writing;
        recorded.ShouldBePositive();
        ((long)Query("SELECT count(*) FROM 'events.parquet'").Single()[0]!).ShouldBeInRange(1, recorded);
    }

    [Theory]
    [InlineData(AnalyticsWindow.QuarterHour)]
    [InlineData(AnalyticsWindow.Hour)]
    [InlineData(AnalyticsWindow.Day)]
    [InlineData(AnalyticsWindow.All)]
    public async Task Each_number_is_that_of_the_page(AnalyticsWindow window)
    {
        await RecordMinutesAsync(70);
        await _log.RecordAsync([new TestEvent(Time: Start.AddMinutes(1), Photo: "cat-2", TickSize: 4)]);
        await _log.RecordAsync(Enumerable.Range(0, 80).Select(i => new TestEvent(Time: _log.Clock.GetUtcNow(), Photo: "cat-3", User: $"user-{i % 17}")));
        await _log.RecordDeadLetterAsync();
        _log.Clock.Advance(TimeSpan.FromSeconds(29));
        Open();
        using var analytics = new AnalyticsService(_log.Store, _log.Clock);
        var page = await analytics.GetAsync(window, AnalyticsService.MaxTop, CancellationToken.None);

        var totals = Rows("Totals", window).Single();
        ((long)totals[0]!, (long)totals[1]!, (double)totals[2]!, (long)totals[3]!)
            .ShouldBe((page.Totals.Views, page.Totals.Likes, page.Totals.LikeRate, page.Totals.UniqueViewers));
        page.Totals.Views.ShouldBePositive();

        var photos = Rows("Most viewed, most liked and best rated", window);
        Board(photos, 1).ShouldBe(page.Leaderboards.MostViewed.Select(photo => (photo.PhotoId, photo.Score)), ignoreOrder: true);
        Board(photos, 2).ShouldBe(page.Leaderboards.MostLiked.Select(photo => (photo.PhotoId, photo.Score)), ignoreOrder: true);
        ShouldBeNear(Board(photos, 3), page.Leaderboards.BestRated);
        ShouldBeNear(Board(Rows("Trending", window), 1), page.Leaderboards.Trending);
        page.Leaderboards.Trending.Select(photo => photo.PhotoId).ShouldBe(["cat-3"]);

        Rows("Breeds", window).Select(row => ((string)row[0]!, (int)(long)row[1]!, (long)row[2]!, (long)row[3]!))
            .ShouldBe(page.Breeds.Select(breed => (breed.Breed, breed.Photos, breed.Views, breed.Likes)), ignoreOrder: true);

        var buckets = Rows("Timeline", window).GroupBy(row => BucketOf((DateTime)row[0]!)).ToDictionary(
            bucket => bucket.Key, bucket => (bucket.Sum(row => (long)row[1]!), bucket.Sum(row => (long)row[2]!)));
        buckets.ShouldBe(
            page.Timeline.Buckets.Where(bucket => bucket.Views + bucket.Likes > 0).ToDictionary(bucket => bucket.Start, bucket => (bucket.Views, bucket.Likes)),
            ignoreOrder: true);

        var newest = Rows("Newest event and recorded", window).Single();
        (DateTime.SpecifyKind((DateTime)newest[0]!, DateTimeKind.Utc), (long)newest[1]!).ShouldBe((page.Health.NewestEvent!.Value, page.Health.Recorded));
        Number("Dead letters", window).ShouldBe(page.Health.DeadLettered);
        Number("In flight and missing", window).ShouldBe(page.Health.InFlight + page.Health.Missing);
        Number("In flight and missing", window).ShouldBe(3);
        Number("Gaps", window).ShouldBe(page.Health.Gaps);

        DateTime BucketOf(DateTime minute) => new(minute.Ticks - (minute.Ticks % (page.Timeline.BucketSeconds * TimeSpan.TicksPerSecond)), DateTimeKind.Utc);
    }

    [Fact]
    public async Task Foreign_files_a_torn_line_and_names_that_differ_in_case_change_nothing()
    {
        await RecordMinutesAsync(2);
        Open();
        var before = Counts();
        var path = Path.Combine(_log.Root, LogFolder.Files(_log.Root, LogKind.Events)[^1]);
        foreach (var name in new[] { "00001 (conflicted copy).jsonl", $"{Path.GetFileName(path)}~", $"._{Path.GetFileName(path)}", $"Copy of {Path.GetFileName(path)}", "x.jsonl" })
        {
            File.Copy(path, Path.Combine(Path.GetDirectoryName(path)!, name));
        }

        await File.AppendAllTextAsync(path, (await File.ReadAllLinesAsync(path))[0][..150]);
        Counts().ShouldBe(before);

        var odd = TestEvents.Json
            .Replace("\"data\":{", "\"Time\":1,\"ID\":[2],\"Subject\":{\"a\":null},\"TickSize\":\"x\",\"filename\":1,\"hour\":\"x\",\"data\":{\"Breed\":7,\"USERID\":[],", StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            path.Replace("/0001-", "/0002-", StringComparison.Ordinal), $"{{\"kafkapartition\":0,\"kafkaoffset\":7,{odd[1..]}\n");

        Counts().ShouldBe(before + 1);
        Query("SELECT id, subject, breed, userId, ticksize FROM events WHERE generation = 2").Single()
            .ShouldBe(["20261122T073015000Z-17", "MTY3ODIyMQ", "Abyssinian", "user-1842", 250]);

        long Counts() => (long)Query("SELECT count(*) FROM events").Single()[0]!;
    }

    [Theory]
    [InlineData("2026-11-22t09:30:12.345678901+02:00", "2026-11-22 07:30:12.345678")]
    [InlineData("2016-12-31T23:59:60.5z", "2017-01-01 00:00:00.500000")]
    [InlineData("1990-12-31T15:59:60-08:00", "1991-01-01 00:00:00.000000")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01 00:00:00.000000")]
    public async Task A_time_in_any_form_is_UTC(string time, string expected)
    {
        await RecordMinutesAsync(1);
        Open();

        ((DateTime)Query($"SELECT utc('{time}')").Single()[0]!).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Fact]
    public async Task A_dead_letter_has_its_bytes_and_headers()
    {
        await _log.Recorder.RecordAsync([TestEvents.Record(5, [1, 255], key: [0]) with { Headers = [new("a", [2])] }], CancellationToken.None);
        Open();

        var row = Query("SELECT hex(\"key\"), hex(\"value\"), headers->0->>'key', \"time\" FROM dead_letters").Single();

        row.ShouldBe(["00", "01FF", "a", TestEvents.Timestamp.UtcDateTime]);
    }

    /// <summary>Records events of whole minutes, in two partitions.</summary>
    private async Task RecordMinutesAsync(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            var time = _log.Clock.GetUtcNow();
            foreach (var partition in new[] { 0, 1 })
            {
                await _log.RecordAsync(
                    Enumerable.Range(0, 10).Select(i => new TestEvent(
                        Time: time.AddSeconds(i),
                        Photo: $"cat-{i % 4}",
                        User: $"user-{(time.Minute * i) % 17}",
                        IsLike: i % 3 == partition,
                        Breed: i % 4 == 0 ? null : $"Breed '{i % 2}'")),
                    partition);
            }

            _log.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Makes the views: the log must hold something.</summary>
    private void Open()
    {
        _connection.Open();
        Query($"SET VARIABLE root = '{_log.Root}'");
        Query(Repository.Read("docs/data.sql"));
        Query($"SET VARIABLE now = TIMESTAMP '{_log.Clock.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss}'");
    }

    private List<object?[]> Rows(string title, AnalyticsWindow window) => Query(
        Queries().Single(query => query.Title == title).Sql.Replace(
            "recent(60)", window.MinutesOf() is { } minutes ? $"recent({minutes})" : "events", StringComparison.Ordinal));

    private long Number(string title, AnalyticsWindow window) =>
        Convert.ToInt64(Rows(title, window).Single()[0], CultureInfo.InvariantCulture);

    private static IEnumerable<(string, double)> Board(List<object?[]> rows, int column) =>
        from row in rows
        let score = Convert.ToDouble(row[column], CultureInfo.InvariantCulture)
        where score > 0
        select ((string)row[0]!, score);

    private static void ShouldBeNear(IEnumerable<(string Photo, double Score)> rows, IReadOnlyList<RankedPhoto> board)
    {
        var scores = rows.ToDictionary(row => row.Photo, row => row.Score);
        scores.Keys.ShouldBe(board.Select(photo => photo.PhotoId), ignoreOrder: true);
        board.ShouldAllBe(photo => Math.Abs(scores[photo.PhotoId] - photo.Score) <= 1e-9 * Math.Max(1, photo.Score));
    }

    private List<object?[]> Query(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql.Replace("'events.parquet'", $"'{_log.Root}/events.parquet'", StringComparison.Ordinal);
        using DbDataReader reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        do
        {
            while (reader.Read())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
            }
        }
        while (reader.NextResult());
        return rows;
    }

    private static (string Title, string Sql)[] Queries() =>
        [.. QueryPattern().Matches(Repository.Read("docs/data.md")).Select(match => (match.Groups["title"].Value, match.Groups["sql"].Value))];

    // The nearest heading above.
    [GeneratedRegex(@"(?<=^##+ (?<title>[^\n]+)\n(?:(?!^##)[\s\S])*?)^```sql\n(?<sql>[\s\S]*?)^```", RegexOptions.Multiline)]
    private static partial Regex QueryPattern();
}
