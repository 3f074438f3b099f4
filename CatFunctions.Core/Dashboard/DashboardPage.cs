using System.Text;
using Microsoft.AspNetCore.Http;

namespace CatFunctions.Core.Dashboard;

/// <summary>The page, and what it loads from its own server.</summary>
public static class DashboardPage
{
    private static readonly string Template = ReadTemplate();

    /// <summary>The route of the page and, with its last part, of its assets. Both hosts put <c>api/</c> before it.</summary>
    public const string Route = "dashboard/{*asset}";

    /// <summary>Answers a request for the page or for one of its assets.</summary>
    /// <param name="request">
    /// The addresses of the assets depend on its path; its function key, if it has one, is passed on to them.
    /// </param>
    public static IResult Get(HttpRequest request)
    {
        DashboardHeaders.SetFor(request.HttpContext);
        if (request.RouteValues["asset"] is string { Length: > 0 } name)
        {
            return DashboardAssets.Find(name, KeyOf(request)) is { } asset
                ? TypedResults.Bytes(asset.Content, asset.ContentType, entityTag: asset.Tag)
                : TypedResults.NotFound();
        }

        var page = Render(request);
        if (KeyOf(request) is "")
        {
            return TypedResults.Bytes(page.Content, page.ContentType, entityTag: page.Tag);
        }

        // The page holds the key, so no cache may keep it.
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(page.Content, page.ContentType);
    }

    private static DashboardAsset Render(HttpRequest request)
    {
        var html = Template
            .Replace("{{folder}}", FolderOf(request.Path), StringComparison.Ordinal)
            .Replace("{{key}}", KeyOf(request), StringComparison.Ordinal);
        return DashboardAsset.Of(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
    }

    /// <summary>The folder of the assets relative to the page, so both may have any prefix, such as a proxy's.</summary>
    private static string FolderOf(PathString page) => page.Value switch
    {
        null or "" or "/" => "api/dashboard/",
        var path when path.EndsWith('/') => "./",
        _ => "dashboard/",
    };

    /// <summary>Escaped, it holds nothing but letters, digits and <c>-._~%</c>, so it cannot end the address or the attribute.</summary>
    private static string KeyOf(HttpRequest request) =>
        request.Query["code"] is [{ Length: > 0 } code] ? $"?code={Uri.EscapeDataString(code)}" : "";

    private static string ReadTemplate()
    {
        using var reader = new StreamReader(DashboardAssets.Open("index.html"), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
