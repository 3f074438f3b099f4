using Microsoft.Extensions.Configuration;

namespace CatFunctions.Tests.FunctionApp;

public sealed class AppSettingsTests
{
    [Fact]
    public void The_required_settings_are_enough() => Settings.Required().Problems().ShouldBeEmpty();

    [Fact]
    public void Each_required_setting_that_is_missing_is_named() => new AppSettings().Problems()
        .Select(failure => failure.Split(' ')[0])
        .ShouldBe(["CatEventsSchedule", "KafkaBrokerList", "KafkaTopic", "KafkaConsumerGroup"]);

    [Fact]
    public void A_schedule_that_is_not_one_is_an_error() =>
        Settings.With(s => s.CatEventsSchedule = "every minute").Problems().ShouldHaveSingleItem()
            .ShouldStartWith("CatEventsSchedule: 'every minute' is not a schedule");

    [Fact]
    public void An_error_never_shows_the_password_or_the_certificate()
    {
        var settings = Settings.With(s =>
            (s.KafkaProtocol, s.KafkaAuthenticationMode, s.KafkaPassword, s.KafkaCaCertificate) =
            ("SaslPlaintext", "none", "hunter2", "-----BEGIN hunter2"));

        var failures = settings.Problems().ToList();

        failures.Count.ShouldBe(3);
        failures.ShouldAllBe(failure => !failure.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_setting_is_read_from_the_app_setting_of_its_name()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(typeof(AppSettings).GetProperties().Select(p => KeyValuePair.Create(p.Name, (string?)$"the {p.Name}")))
            .Build();

        var settings = configuration.Get<AppSettings>()!;

        typeof(AppSettings).GetProperties().ShouldAllBe(p => p.GetValue(settings) as string == $"the {p.Name}");
    }
}
