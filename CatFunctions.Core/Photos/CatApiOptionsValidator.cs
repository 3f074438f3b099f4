using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Photos;

internal sealed class CatApiOptionsValidator : IValidateOptions<CatApiOptions>
{
    public ValidateOptionsResult Validate(string? name, CatApiOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(CatApiOptions options)
    {
        if (!IsPlainWebAddress(options.BaseAddress))
        {
            yield return "CatApi:BaseAddress must be an absolute http or https address without user name, query or "
                + "fragment, such as https://api.thecatapi.com/.";
        }

        if (options.ApiKey is { } key && !key.All(c => c is > ' ' and <= '~'))
        {
            yield return "CatApi:ApiKey must consist of visible ASCII characters, without spaces or line breaks.";
        }

        if (options.RefreshInterval < TimeSpan.FromSeconds(1) || options.RefreshInterval > TimeSpan.FromDays(1))
        {
            yield return $"CatApi:RefreshInterval is {options.RefreshInterval}: it must be between 00:00:01 and "
                + "1.00:00:00 (hh:mm:ss; a bare number counts days).";
        }

        if (options.Limit is < 1 or > 100)
        {
            yield return $"CatApi:Limit is {options.Limit}: it must be between 1 and 100.";
        }
    }

    private static bool IsPlainWebAddress(Uri? address) =>
        address is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" }
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
