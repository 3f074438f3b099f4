namespace CatFunctions.Core.Photos;

/// <summary>How photos are fetched from TheCatAPI: the settings under <c>CatApi</c>.</summary>
public sealed class CatApiOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "CatApi";

    /// <summary>What <c>v1/images/search</c> is relative to, with or without a slash at its end.</summary>
    public Uri BaseAddress { get; set; } = new("https://api.thecatapi.com/");

    /// <summary>The API key, sent as <c>x-api-key</c> and never logged. Without one no breeds are given.</summary>
    public string? ApiKey { get; set; }

    /// <summary>How old the gallery's newest fetch may grow: 1 second to 1 day.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many photos a fetch asks for: 1 to 100. Without a key TheCatAPI gives at most 10.</summary>
    public int Limit { get; set; } = 10;
}
