namespace CatFunctions.Tests.Dashboard;

/// <summary>What a report can be like, each as a change of a report without anything special.</summary>
internal static class PageStates
{
    public static IReadOnlyList<string> Names { get; } = ["full", "empty", "reading", "readingNothing", "degraded", "stale", "young", "huge"];

    public static Action<JsonNode> Of(string name) => name switch
    {
        "full" => Keep,
        "empty" => Empty,
        "reading" => report => Read(report, 0.42, completeFrom: "2026-11-22T07:25:00Z"),
        "readingNothing" => ReadNothing,
        "degraded" => Degrade,
        "stale" => report => Fault(report, "stale", ("stale", "no events for 3 min", "Is the pipeline running?")),
        "young" => report => report["since"] = "2026-11-22T07:22:00Z",
        "huge" => Enlarge,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static void Keep(JsonNode report)
    {
    }

    private static void ReadNothing(JsonNode report)
    {
        Empty(report);
        Read(report, 0.03, completeFrom: null);
        report["health"]!["newestEvent"] = "2026-11-22T07:00:15Z";
        report["health"]!["newestEventAgeSeconds"] = 1800;
    }

    /// <summary>No event at all.</summary>
    private static void Empty(JsonNode report)
    {
        foreach (var name in (string[])["views", "likes", "likeRate", "likeRateLow", "likeRateHigh", "uniqueViewers", "uniqueLikers", "conversion"])
        {
            report["totals"]![name] = 0;
        }

        foreach (var board in report["leaderboards"]!.AsObject())
        {
            board.Value!.AsArray().Clear();
        }

        report["breeds"]!.AsArray().Clear();
        report["timeline"]!["buckets"]!.AsArray().Clear();
        var health = report["health"]!;
        health["state"] = "waiting";
        health["message"] = "no events yet";
        health["newestEvent"] = health["newestEventAgeSeconds"] = null;
        health["recorded"] = 0;
    }

    /// <summary>The log is being read. The server knows too little for what it says of the pipeline.</summary>
    private static void Read(JsonNode report, double progress, string? completeFrom)
    {
        report["isRead"] = false;
        var health = report["health"]!;
        health["state"] = "waiting";
        health["message"] = "reading the log";
        health["recorded"] = 307_653;
        health["missing"] = 42_591;
        health["reading"] = new JsonObject { ["progress"] = progress, ["completeFrom"] = completeFrom };
    }

    private static void Degrade(JsonNode report)
    {
        Fault(
            report,
            "degraded",
            ("missing", "12 events of 2 ticks missing", "verify lists them."),
            ("deadLetters", "4 dead letters", "replay sends them again."),
            ("stale", "no events for 3 min", "Is the pipeline running?"));
        report["health"]!["missing"] = 12;
        report["health"]!["incompleteTicks"] = new JsonArray(new JsonObject { ["tick"] = "20261122T071500000Z", ["missing"] = 12, ["size"] = 250 });
        report["timeline"]!["marks"] = new JsonArray(
            new JsonObject { ["from"] = "2026-11-22T07:02:00Z", ["to"] = "2026-11-22T07:12:00Z", ["kind"] = "outage", ["text"] = "No event for 10 min" },
            new JsonObject { ["from"] = "2026-11-22T07:15:00Z", ["to"] = "2026-11-22T07:15:01Z", ["kind"] = "missing", ["text"] = "12 events missing" });
    }

    private static void Fault(JsonNode report, string state, params (string Kind, string Text, string Help)[] faults)
    {
        var health = report["health"]!;
        health["state"] = state;
        health["newestEventAgeSeconds"] = 185;
        health["faults"] = new JsonArray([.. faults.Select(fault => new JsonObject
        {
            ["kind"] = fault.Kind, ["text"] = fault.Text, ["help"] = fault.Help, ["since"] = "2026-11-22T07:15:00Z",
        })]);
        report["leaderboards"]!["trending"] = new JsonArray();
    }

    /// <summary>Numbers and names that are too long for their places.</summary>
    private static void Enlarge(JsonNode report)
    {
        var totals = report["totals"]!;
        totals["views"] = 9_876_543_210;
        totals["likes"] = 987_654_321;
        totals["uniqueViewers"] = 123_456_789;
        totals["uniqueViewersExact"] = false;
        report["health"]!["recorded"] = 10_864_197_531;
        report["health"]!["inFlight"] = 98_765_432;
        foreach (var photo in report["leaderboards"]!["mostViewed"]!.AsArray())
        {
            photo!["views"] = 1_234_567_890;
            photo["breed"] = new string('W', 256);
        }

        foreach (var breed in report["breeds"]!.AsArray())
        {
            breed!["views"] = 1_234_567_890;
            breed["likes"] = 123_456_789;
        }
    }
}
