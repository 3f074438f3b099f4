using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CatFunctions.Tests.Photos;

public sealed class CatApiOptionsTests
{
    [Fact]
    public async Task Without_settings_the_defaults_apply()
    {
        using var host = await StartAsync([]);

        var options = host.Services.GetRequiredService<IOptions<CatApiOptions>>().Value;
        options.BaseAddress.ShouldBe(new Uri("https://api.thecatapi.com/"));
        options.ApiKey.ShouldBeNull();
        options.RefreshInterval.ShouldBe(TimeSpan.FromMinutes(5));
        options.Limit.ShouldBe(10);
    }

    [Fact]
    public async Task An_empty_setting_is_the_same_as_an_unset_one()
    {
        using var host = await StartAsync([("BaseAddress", ""), ("ApiKey", "")]);

        host.Services.GetRequiredService<IOptions<CatApiOptions>>().Value.BaseAddress
            .ShouldBe(new Uri("https://api.thecatapi.com/"));
    }

    [Fact]
    public async Task The_settings_are_read_from_their_section()
    {
        using var host = await StartAsync([
            ("BaseAddress", "http://127.0.0.1:8080/cats"),
            ("ApiKey", "abc"),
            ("RefreshInterval", "00:00:30"),
            ("Limit", "100"),
        ]);

        var options = host.Services.GetRequiredService<IOptions<CatApiOptions>>().Value;
        options.BaseAddress.ShouldBe(new Uri("http://127.0.0.1:8080/cats"));
        options.ApiKey.ShouldBe("abc");
        options.RefreshInterval.ShouldBe(TimeSpan.FromSeconds(30));
        options.Limit.ShouldBe(100);
    }

    [Theory]
    [InlineData("BaseAddress", "api.thecatapi.com")]
    [InlineData("BaseAddress", "ftp://api.thecatapi.com/")]
    [InlineData("BaseAddress", "https://user:word@api.thecatapi.com/")]
    [InlineData("BaseAddress", "https://api.thecatapi.com/?limit=1")]
    [InlineData("ApiKey", "two words")]
    [InlineData("ApiKey", "two\nlines")]
    [InlineData("ApiKey", "schlüssel")]
    [InlineData("RefreshInterval", "00:00:00.5")]
    [InlineData("RefreshInterval", "-00:05:00")]
    [InlineData("RefreshInterval", "5")]
    [InlineData("Limit", "0")]
    [InlineData("Limit", "101")]
    [InlineData("Limit", "ten")]
    [InlineData("RefreshInterval", "5 minutes")]
    public async Task A_bad_setting_stops_the_start_with_its_name(string name, string value)
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(() => StartAsync([(name, value)]));

        error.Failures.ShouldHaveSingleItem().ShouldStartWith($"CatApi:{name} ");
        if (name == "ApiKey")
        {
            error.ToString().ShouldNotContain(value);
        }
    }

    [Fact]
    public async Task All_bad_settings_are_named_at_once()
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(
            () => StartAsync([("BaseAddress", "x"), ("Limit", "0"), ("RefreshInterval", "300")]));

        error.Failures.Count().ShouldBe(3);
    }

    private static async Task<IHost> StartAsync((string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"CatApi:{setting.Name}", (string?)setting.Value)));
        builder.Services.AddPhotos(PhotoMode.Sample);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
