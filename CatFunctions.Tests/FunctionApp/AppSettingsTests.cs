using Microsoft.Extensions.Configuration;

namespace CatFunctions.Tests.FunctionApp;

public sealed class AppSettingsTests
{
    [Fact]
    public void A_setting_is_read_from_the_app_setting_of_its_name()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(typeof(AppSettings).GetProperties().Select(p => KeyValuePair.Create(p.Name, (string?)$"the {p.Name}")))
            .Build();

        var settings = configuration.Get<AppSettings>()!;

        typeof(AppSettings).GetProperties().ShouldAllBe(p => p.GetValue(settings) as string == $"the {p.Name}");
    }

    [Fact]
    public void What_has_other_reasons_is_not_blamed_on_the_settings() =>
        AppSettings.DescribeError(new InvalidOperationException("a defect")).ShouldBeNull();
}
