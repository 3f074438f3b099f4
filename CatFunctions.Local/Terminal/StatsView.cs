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

    public static IRenderable Of(AnalyticsReport report) => new Rows(
        new Text(Totals(report)),
        new Text(Health(report.Health), new Style(ColorOf(report.Health.State))),
        Board("Most viewed", report.Leaderboards.MostViewed),
        Board("Most liked", report.Leaderboards.MostLiked),
        Board("Best rated", report.Leaderboards.BestRated, "At least liked by", photo => photo.Score.ToString("P1", Culture)),
        Board("Trending", report.Leaderboards.Trending, "Now", photo => photo.Reason ?? ""),
        Breeds(report.Breeds));

    private static string Totals(AnalyticsReport report) => string.Create(
        Culture,
        $"{report.Window.NameOf()}: {report.Totals.Views:N0} views, {report.Totals.Likes:N0} likes ({report.Totals.LikeRate:P1}), "
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
        string title, IReadOnlyList<RankedPhoto> photos, string? scoreTitle = null, Func<RankedPhoto, string>? describe = null)
    {
        var table = NewTable(title, "Photo", "Breed", "Views", "Likes", "Like rate");
        if (scoreTitle is not null)
        {
            table.AddColumn(new TableColumn(scoreTitle).RightAligned());
        }

        foreach (var photo in photos)
        {
            List<string> cells =
            [
                Clean(photo.PhotoId), Clean(photo.Breed ?? ""),
                photo.Views.ToString("N0", Culture), photo.Likes.ToString("N0", Culture), photo.LikeRate.ToString("P1", Culture),
            ];
            if (describe is not null)
            {
                cells.Add(describe(photo));
            }

            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;
    }

    private static Table Breeds(IReadOnlyList<BreedTotals> breeds)
    {
        var table = NewTable("Breeds", "Breed", "Photos", "Views", "Likes", "Like rate");
        foreach (var breed in breeds)
        {
            table.AddRow(
                new Text(Clean(breed.Breed)),
                new Text(breed.Photos.ToString("N0", Culture)),
                new Text(breed.Views.ToString("N0", Culture)),
                new Text(breed.Likes.ToString("N0", Culture)),
                new Text(breed.LikeRate.ToString("P1", Culture)));
        }

        return table;
    }

    private static Table NewTable(string title, params string[] columns)
    {
        var table = new Table().Title(title).Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            var isText = column is "Photo" or "Breed";
            table.AddColumn(new TableColumn(column) { Alignment = isText ? Justify.Left : Justify.Right, NoWrap = !isText });
        }

        return table;
    }

    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? Rune.ReplacementChar
            : rune));
}
