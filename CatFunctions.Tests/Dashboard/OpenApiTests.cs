using System.Text.Json;
using CatFunctions.Core.Analytics;

namespace CatFunctions.Tests.Dashboard;

public sealed class OpenApiTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero));
    private DashboardHost _host = null!;
    private JsonElement _description;

    public async ValueTask InitializeAsync()
    {
        _host = await DashboardHost.StartAsync(_clock);
        _description = JsonElement.Parse(await _host.Http.GetStringAsync("api/openapi.json"));
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Every_answer_is_as_described()
    {
        await _host.RecordAsync([.. TestEvent.Rising(new TestEvent(Photo: "cat")), new TestEvent(IsLike: true), new TestEvent(Breed: null)]);
        await _host.RecordAsync([new TestEvent { Ago = TimeSpan.FromHours(60) }]);
        _clock.Advance(LogFollower.ListInterval);
        string[] paths =
        [
            "/api/analytics", "/api/analytics?window=15m", "/api/analytics?window=24h&top=100", "/api/analytics?window=all", "/api/analytics?breed=steady",
            "/api/analytics?from=2026-11-22T07:00:00Z&to=2026-11-22T07:30:00Z", "/api/analytics?from=2026-11-19T07:00:00Z&to=2026-11-20T07:00:00Z",
            "/api/analytics?window=2h&top=0", "/api/photos", "/api/photos?sort=trend", "/api/photos/cat", "/api/photos/cat?window=all", "/api/photos/nobody",
            "/api/race?from=2026-11-22T07:00:00Z&to=2026-11-22T08:00:00Z", "/api/race", "/api/openapi.json", "/api/analytics?format=csv", "/api/photos?format=csv",
        ];
        foreach (var path in paths)
        {
            using var answer = await _host.Http.GetAsync(path);
            var route = path.Split('?')[0] is var bare && bare.StartsWith("/api/photos/", StringComparison.Ordinal) ? "/api/photos/{id}" : bare;
            var schema = _description.GetProperty("paths").GetProperty(route).GetProperty("get").GetProperty("responses")
                .GetProperty(((int)answer.StatusCode).ToString(null, null)).GetProperty("content")
                .GetProperty(answer.Content.Headers.ContentType!.MediaType!).GetProperty("schema");
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.Content.Headers.ContentType.MediaType != "text/csv")
            {
                Departures(schema, JsonElement.Parse(text), "").ShouldBeEmpty(path);
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
        using var answer = await _host.Http.GetAsync($"api/{route}?nonsense=1");
        var allowed = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("errors").GetProperty("nonsense")[0].GetString()!;

        var described = _description.GetProperty("paths").GetProperty($"/api/{route}").GetProperty("get").GetProperty("parameters")
            .EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!);

        allowed.Split(": ")[1].TrimEnd('.').Split(", ").ShouldBe(described, ignoreOrder: true);
    }

    /// <summary>Where a value is not as its schema says: what of JSON Schema 2020-12 the description uses.</summary>
    private IEnumerable<string> Departures(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Departures(_description.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), value, at);
        }

        if (schema.TryGetProperty("anyOf", out var options))
        {
            return options.EnumerateArray().Any(option => !Departures(option, value, at).Any()) ? [] : [$"{at}: {value} is none of {options}"];
        }

        var types = schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(type => type.GetString()!).ToArray()
            : [schema.GetProperty("type").GetString()!];
        if (!types.Any(type => IsOf(type, value)))
        {
            return [$"{at}: {value} is not {string.Join(" or ", types)}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(schema, value, at),
            JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Departures(schema.GetProperty("items"), item, $"{at}[]")),
            JsonValueKind.Number => OfNumber(schema, value, at),
            JsonValueKind.String => OfText(schema, value, at),
            _ => [],
        };
    }

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement value, string at)
    {
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return schema.TryGetProperty("additionalProperties", out var others)
                ? value.EnumerateObject().SelectMany(field => Departures(others, field.Value, $"{at}.{field.Name}"))
                : [];
        }

        return value.EnumerateObject()
            .SelectMany(field => properties.TryGetProperty(field.Name, out var property)
                ? Departures(property, field.Value, $"{at}.{field.Name}")
                : [$"{at}.{field.Name} is not described"])
            .Concat(schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)
                .Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at}.{name} is not there"));
    }

    private static IEnumerable<string> OfNumber(JsonElement schema, JsonElement value, string at)
    {
        var number = value.GetDouble();
        if ((schema.TryGetProperty("minimum", out var least) && number < least.GetDouble())
            || (schema.TryGetProperty("maximum", out var most) && number > most.GetDouble()))
        {
            yield return $"{at}: {number} is out of range";
        }
    }

    private static IEnumerable<string> OfText(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("enum", out var names) && !names.EnumerateArray().Any(name => name.ValueEquals(value.GetString())))
        {
            yield return $"{at}: {value} is not one of {names}";
        }

        if (schema.TryGetProperty("format", out var format) && format.ValueEquals("date-time") && !value.TryGetDateTimeOffset(out _))
        {
            yield return $"{at}: {value} is not a time";
        }
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => value.ValueKind == JsonValueKind.Null,
    };
}
