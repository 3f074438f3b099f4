using System.Globalization;
using System.Text;
using CatFunctions.Core.Analytics.Report;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CatFunctions.Local.Terminal;

/// <summary>Renders a report for a terminal. Texts from events are shown without the characters that control a terminal.</summary>
internal static class StatsView
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private const int Boards = 5;

    /// <summary>The lines of a board beside its rows.</summary>
    private const int BoardFrame = 4;

    private const int HeaderLines = 2;

    /// <summary>Below this many columns only numbers are shown beside the names.</summary>
    private const int FullWidth = 80;

    /// <summary>How many rows each board may have so that all of them fit, but at least one: a terminal of fewer than 27 lines shows not all boards.</summary>
    public static int TopFor(int height, int top) => Math.Clamp(((height - HeaderLines) / Boards) - BoardFrame, 1, top);

    /// <summary>Renders a report for a width in columns, with at most this many rows in each board.</summary>
    public static IRenderable Of(AnalyticsReport report, int top, int width)
    {
        var isWide = width >= FullWidth;
        return new Rows(
            new Text(Totals(report)),
            new Text(Health(report.Health), new Style(ColorOf(report.Health.State))),
            Board("Most viewed", report.Leaderboards.MostViewed.Take(top), isWide),
            Board("Most liked", report.Leaderboards.MostLiked.Take(top), isWide),
            Board("Best rated", report.Leaderboards.BestRated.Take(top), isWide, isWide ? "At least liked by" : "At least", photo => photo.Score.ToString("P1", Culture)),
            Board("Trending", report.Leaderboards.Trending.Take(top), isWide, "Now", photo => photo.Reason ?? ""),
            Breeds(report.Breeds.Take(top)));
    }

    private static string Totals(AnalyticsReport report) => string.Create(
        Culture,
        $"{report.Window?.NameOf()}: {report.Totals.Views:N0} views, {report.Totals.Likes:N0} likes ({report.Totals.LikeRate:P1}), "
        + $"{(report.Totals.UniqueViewersExact ? "" : "about ")}{report.Totals.UniqueViewers:N0} viewers");

    private static string Health(PipelineHealth health) => string.Create(
        Culture,
        $"{health.Message}; {health.Recorded:N0} recorded, {health.DeadLettered:N0} dead-lettered, {health.Missing:N0} missing, "
        + $"{health.Gaps:N0} offsets skipped");

    private static Color ColorOf(PipelineState state) => state switch
    {
        PipelineState.Healthy => Color.Green,
        PipelineState.Waiting => Color.Grey,
        _ => Color.Yellow,
    };

    private static Table Board(
        string title, IEnumerable<RankedPhoto> photos, bool isWide, string? scoreTitle = null, Func<RankedPhoto, string>? describe = null)
    {
        var table = NewTable([title, .. isWide ? ["Breed"] : Array.Empty<string>()], ["Views", "Likes", isWide ? "Like rate" : "Rate"]);
        if (scoreTitle is not null)
        {
            table.AddColumn(NumberColumn(scoreTitle));
        }

        foreach (var photo in photos)
        {
            string?[] cells =
            [
                Clean(photo.PhotoId), isWide ? Clean(photo.Breed ?? "") : null,
                photo.Views.ToString("N0", Culture), photo.Likes.ToString("N0", Culture), photo.LikeRate.ToString("P1", Culture),
                describe?.Invoke(photo),
            ];
            AddRow(table, cells);
        }

        return table;
    }

    private static Table Breeds(IEnumerable<BreedTotals> breeds)
    {
        var table = NewTable(["Breeds"], ["Photos", "Views", "Likes", "Rate"]);
        foreach (var breed in breeds)
        {
            AddRow(table, [
                Clean(breed.Breed), breed.Photos.ToString("N0", Culture),
                breed.Views.ToString("N0", Culture), breed.Likes.ToString("N0", Culture), breed.LikeRate.ToString("P1", Culture)]);
        }

        return table;
    }

    /// <summary>A table whose first column has its title, so that it takes less of a terminal.</summary>
    private static Table NewTable(string[] texts, string[] numbers)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns([.. texts.Select(text => new TableColumn(text))]);
        table.AddColumns([.. numbers.Select(NumberColumn)]);
        return table;
    }

    private static void AddRow(Table table, string?[] cells) =>
        table.AddRow(cells.OfType<string>().Select(cell => new Text(cell)));

    private static TableColumn NumberColumn(string title) => new(title) { Alignment = Justify.Right, NoWrap = true };

    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? Rune.ReplacementChar
            : rune));
}
