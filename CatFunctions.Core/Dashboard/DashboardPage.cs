using System.Text;
using Microsoft.AspNetCore.Http;

namespace CatFunctions.Core.Dashboard;

/// <summary>The page, and what it loads from its own server.</summary>
public static class DashboardPage
{
    private static readonly string Template = Encoding.UTF8.GetString(DashboardAssets.Read(DashboardAssets.Index));

    /// <summary>The route of the page and, with its last part, of its assets. Both hosts put <c>api/</c> before it.</summary>
    public const string Route = "dashboard/{*asset}";

    /// <summary>Answers a request for the page or for one of its assets.</summary>
    /// <param name="request">
    /// The addresses of the assets depend on its path; its function key, if it has one, is passed on to them.
    /// </param>
    public static IResult Get(HttpRequest request)
    {
        DashboardHeaders.SetFor(request.HttpContext);
        var headers = request.HttpContext.Response.Headers;
        var key = KeyOf(request);
        if (request.RouteValues["asset"] is string { Length: > 0 } path)
        {
            if (DashboardAssets.Find(path, key, out var cacheControl) is not { } asset)
            {
                return TypedResults.NotFound();
            }

            headers.CacheControl = cacheControl;
            return asset.To(request);
        }

        var page = Render(request);
        if (key is "")
        {
            return new Answer(page, "text/html; charset=utf-8").To(request);
        }

        // The page holds the key, so no cache may keep it.
        headers.CacheControl = "no-store";
        return TypedResults.Bytes(page, "text/html; charset=utf-8");
    }

    private static byte[] Render(HttpRequest request) => Encoding.UTF8.GetBytes(Template
        .Replace("{{folder}}", $"{FolderOf(request.Path)}{DashboardAssets.Version}/", StringComparison.Ordinal)
        .Replace("{{key}}", KeyOf(request), StringComparison.Ordinal));

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
}
