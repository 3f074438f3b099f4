using CatFunctions.Core;
using CatFunctions.Core.Photos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>The exceptions are those that a host throws at its start.</summary>
public sealed class SettingsErrorTests
{
    [Fact]
    public void A_setting_out_of_range_is_one_line() => Describe(("Simulation:EventsPerSecond", "0"))
        .ShouldBe("The app settings are not right. Simulation:EventsPerSecond is 0: set it above 0 and to at most 1,000,000.");

    [Fact]
    public void Wrong_settings_of_several_sections_are_one_line()
    {
        var line = Describe(("Simulation:EventsPerSecond", "0"), ("CatApi:Limit", "0"));

        line.ShouldNotBeNull();
        line.ShouldContain("Simulation:EventsPerSecond is 0");
        line.ShouldContain("CatApi:Limit is 0");
        line.ShouldNotContain("\n");
    }

    [Fact]
    public void A_setting_of_a_wrong_type_is_one_line() => Describe(("CatApi:Limit", "ten")).ShouldNotBeNull()
        .ShouldContain("CatApi:Limit");

    [Fact]
    public void What_has_other_reasons_is_not_blamed_on_the_settings() =>
        AppSettings.DescribeError(new InvalidOperationException("a defect")).ShouldBeNull();

    private static string? Describe(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddProducing(PhotoMode.Live)
            .BuildServiceProvider();

        return AppSettings.DescribeError(Should.Throw<Exception>(services.GetRequiredService<IStartupValidator>().Validate));
    }
}
