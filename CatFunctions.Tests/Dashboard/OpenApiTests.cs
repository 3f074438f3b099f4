using Json.Schema;

namespace CatFunctions.Tests.Dashboard;

public sealed class OpenApiTests : DashboardHostTest
{
    private JsonElement _description;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _description = await GetJsonAsync("api/openapi.json");
    }

    [Fact]
    public async Task Every_answer_is_as_described()
    {
        await Host.RecordAsync([.. TestEvent.Rising(new TestEvent(Photo: "cat")), new TestEvent(IsLike: true), new TestEvent(Breed: null)]);
        await Host.RecordAsync([new TestEvent { Ago = TimeSpan.FromHours(60) }]);
        Clock.Advance(LogFollower.ListInterval);
        string[] paths =
        [
            "/api/analytics", "/api/analytics?window=15m", "/api/analytics?window=24h&top=100", "/api/analytics?window=all", "/api/analytics?breed=steady",
            "/api/analytics?from=2026-11-22T07:00:00Z&to=2026-11-22T07:30:00Z", "/api/analytics?from=2026-11-19T07:00:00Z&to=2026-11-20T07:00:00Z",
            "/api/analytics?window=2h&top=0", "/api/photos", "/api/photos?sort=trend", "/api/photos/cat", "/api/photos/cat?window=all", "/api/photos/nobody",
            "/api/race?from=2026-11-22T07:00:00Z&to=2026-11-22T08:00:00Z", "/api/race", "/api/openapi.json", "/api/analytics?format=csv", "/api/photos?format=csv",
        ];
        foreach (var path in paths)
        {
            using var answer = await Host.Http.GetAsync(path);
            var route = path.Split('?')[0] is var bare && bare.StartsWith("/api/photos/", StringComparison.Ordinal) ? "/api/photos/{id}" : bare;
            var schema = _description.GetProperty("paths").GetProperty(route).GetProperty("get").GetProperty("responses")
                .GetProperty(((int)answer.StatusCode).ToString(null, null)).GetProperty("content")
                .GetProperty(answer.Content.Headers.ContentType!.MediaType!).GetProperty("schema");
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.Content.Headers.ContentType.MediaType != "text/csv")
            {
                Departures(schema, text).ShouldBeEmpty(path);
            }
        }
    }

    [Fact]
    public void Every_parameter_and_every_field_is_described()
    {
        var bare = new List<string>();
        foreach (var schema in _description.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            bare.AddRange(schema.Value.GetProperty("properties").EnumerateObject().Append(schema)
                .Where(field => field.Value.GetProperty("description").GetString() is not { Length: > 5 }).Select(field => $"{schema.Name}.{field.Name}"));
            schema.Value.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse(schema.Name);
            schema.Value.GetProperty("required").GetArrayLength().ShouldBePositive(schema.Name);
        }

        foreach (var path in _description.GetProperty("paths").EnumerateObject())
        {
            bare.AddRange(path.Value.GetProperty("get").GetProperty("parameters").EnumerateArray()
                .Where(parameter => parameter.GetProperty("description").GetString() is not { Length: > 5 }).Select(parameter => $"{path.Name} {parameter}"));
        }

        bare.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("analytics")]
    [InlineData("photos")]
    [InlineData("race")]
    public async Task The_parameters_that_are_described_are_those_that_there_are(string route)
    {
        using var answer = await Host.Http.GetAsync($"api/{route}?nonsense=1");
        var allowed = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("errors").GetProperty("nonsense")[0].GetString()!;

        var described = _description.GetProperty("paths").GetProperty($"/api/{route}").GetProperty("get").GetProperty("parameters")
            .EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!);

        allowed.Split(": ")[1].TrimEnd('.').Split(", ").ShouldBe(described, ignoreOrder: true);
    }

    /// <summary>Where an answer is not as its schema says. OpenAPI 3.1 describes it in JSON Schema 2020-12.</summary>
    private string[] Departures(JsonElement schema, string answer)
    {
        var definitions = _description.GetProperty("components").GetProperty("schemas");
        var text = $$"""{"$defs":{{definitions}},"allOf":[{{schema}}]}""".Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
        var result = JsonSchema.FromText(text).Evaluate(
            JsonElement.Parse(answer), new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        return result.IsValid
            ? []
            : [.. (from detail in result.Details
                   from error in detail.Errors ?? []
                   select $"{detail.InstanceLocation}: {error.Value}").DefaultIfEmpty("It is not valid.")];
    }
}
