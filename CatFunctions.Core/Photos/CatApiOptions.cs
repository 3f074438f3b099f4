namespace CatFunctions.Core.Photos;

/// <summary>How photos are fetched from TheCatAPI: the settings under <c>CatApi</c>.</summary>
public sealed class CatApiOptions
{
    public const string Section = "CatApi";

    /// <summary>What <c>v1/images/search</c> is relative to, with or without a slash at its end.</summary>
    public Uri BaseAddress { get; set; } = new("https://api.thecatapi.com/");

    /// <summary>The API key, sent as <c>x-api-key</c> and never logged. Without one, photos come without breeds.</summary>
    public string? ApiKey { get; set; }

    /// <summary>How often photos are fetched: every 1 second to 1 day.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many photos are requested at once: 1 to 100. Without a key TheCatAPI gives at most 10.</summary>
    public int Limit { get; set; } = 10;

    internal IEnumerable<string> Problems()
    {
        if (!IsPlainWebAddress(BaseAddress))
        {
            yield return "CatApi:BaseAddress must be an absolute http or https address without user name, query or "
                + "fragment, such as https://api.thecatapi.com/.";
        }

        if (ApiKey is { } key && !key.All(c => c is > ' ' and <= '~'))
        {
            yield return "CatApi:ApiKey must consist of visible ASCII characters, without spaces or line breaks.";
        }

        if (RefreshInterval < TimeSpan.FromSeconds(1) || RefreshInterval > TimeSpan.FromDays(1))
        {
            yield return $"CatApi:RefreshInterval is {RefreshInterval}: it must be between 00:00:01 and 1.00:00:00 (a day).";
        }

        if (Limit is < 1 or > 100)
        {
            yield return $"CatApi:Limit is {Limit}: it must be between 1 and 100.";
        }
    }

    private static bool IsPlainWebAddress(Uri? address) =>
        address is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" }
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
