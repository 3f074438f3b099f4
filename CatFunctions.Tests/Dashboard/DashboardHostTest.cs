using System.Net;

namespace CatFunctions.Tests.Dashboard;

/// <summary>A server of its own for each test, at a time that stands still.</summary>
public abstract class DashboardHostTest : IAsyncLifetime
{
    private protected FakeTimeProvider Clock { get; } = new(new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero));

    private protected DashboardHost Host { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Host = await DashboardHost.StartAsync(Clock);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<JsonElement> GetJsonAsync(string path)
    {
        using var answer = await Host.Http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        answer.Content.Headers.ContentType?.ToString().ShouldBe("application/json; charset=utf-8");
        return await ReadJsonAsync(answer);
    }

    private protected static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync());
}
