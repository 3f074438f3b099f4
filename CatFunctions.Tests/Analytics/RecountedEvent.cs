namespace CatFunctions.Tests.Analytics;

/// <summary>A line of the log as a plain JSON reader sees it.</summary>
internal sealed record RecountedEvent(DateTime Time, bool IsLike, string Photo, string? Breed, string User)
{
    public static RecountedEvent Read(string line)
    {
        var json = JsonNode.Parse(line)!;
        return new RecountedEvent(
            DateTime.Parse((string)json["time"]!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
            ((string)json["type"]!).EndsWith("liked", StringComparison.Ordinal),
            (string)json["subject"]!,
            (string?)json["data"]!["breed"],
            (string)json["data"]!["userId"]!);
    }
}
