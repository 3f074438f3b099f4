using System.Web;
using Microsoft.Playwright;

namespace CatFunctions.Tests.Dashboard;

/// <summary>Answers a page in the place of its server: a real report with something changed, as soon as it is another one.</summary>
internal sealed class ReportStub(string report)
{
    /// <summary>Asks until the page shows the report of that moment. The page's own modules are the ones that it runs with.</summary>
    private const string AskUntilShown =
        """
        async generatedAt => {
          const { latest, poll } = await import(document.querySelector('script[type=module]').src.replace('page.js', 'live.js'));
          while (latest()?.generatedAt !== generatedAt) {
            await poll();
          }
          await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        }
        """;

    private readonly Lock _lock = new();
    private (string Body, int Version) _answer = ("", 0);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Changes the original report, and answers who waits with it.</summary>
    public void Set(Action<JsonNode> change)
    {
        Prepare(change);
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Changes the original report, and returns when the page shows it.</summary>
    public Task ShowAsync(IPage page, Action<JsonNode> change) => page.EvaluateAsync(AskUntilShown, Prepare(change)).WaitAsync(Eventually.Timeout);

    /// <summary>Answers all that a page asks of the analytics.</summary>
    public Task AnswerAsync(IPage page) => page.RouteAsync("**/api/analytics*", AnswerAsync);

    /// <returns>The report's moment, another one each time.</returns>
    private string Prepare(Action<JsonNode> change)
    {
        var json = JsonNode.Parse(report)!;
        json["since"] = null; // as if the log were older than the window
        change(json);
        lock (_lock)
        {
            var version = _answer.Version + 1;
            var moment = json["generatedAt"].Deserialize<DateTimeOffset>().AddMilliseconds(version).ToString("O");
            json["generatedAt"] = moment;
            _answer = (json.ToJsonString(), version);
            return moment;
        }
    }

    private async Task AnswerAsync(IRoute route)
    {
        var changed = Volatile.Read(ref _changed).Task;
        var known = HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query)["after"];
        if (known == $"v{Answer().Version}")
        {
            await changed;
        }

        var (body, version) = Answer();
        try
        {
            await route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Headers = [new("ETag", $"W/\"v{version}\"")],
                Body = body,
            });
        }
        catch (PlaywrightException)
        {
            // The page no longer waits for it.
        }
    }

    /// <summary>The report and its version, which belong together.</summary>
    private (string Body, int Version) Answer()
    {
        lock (_lock)
        {
            return _answer;
        }
    }
}
