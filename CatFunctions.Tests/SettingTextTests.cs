using System.Reflection;
using CatFunctions.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Tests;

/// <summary>Each setting of both hosts is read as it says, or refused with the spelling that works.</summary>
public sealed class SettingTextTests
{
    private static readonly Dictionary<Type, (string Text, object Value)[]> Right = new()
    {
        [typeof(string)] = [("24:00:00", "24:00:00"), ("0,5", "0,5")],
        [typeof(bool)] = [("true", true), ("False", false)],
        [typeof(int)] = [("15", 15), ("015", 15), ("-3", -3)],
        [typeof(long)] = [("15", 15L), ("9223372036854775807", long.MaxValue)],
        [typeof(double)] = [("0.5", 0.5), ("1500", 1500.0), ("1e3", 1000.0), ("-3", -3.0)],
        [typeof(TimeSpan)] =
        [
            ("00:00:30", TimeSpan.FromSeconds(30)), ("1.00:00:00", TimeSpan.FromDays(1)), ("30.00:00:00", TimeSpan.FromDays(30)),
            ("23:59:59.5", new TimeSpan(0, 23, 59, 59, 500)),
        ],
        [typeof(Uri)] = [("http://localhost:8080", new Uri("http://localhost:8080"))],
    };

    private static readonly Dictionary<Type, string[]> Wrong = new()
    {
        [typeof(string)] = [],
        [typeof(bool)] = ["1", "yes", "on"],
        [typeof(int)] = ["1,5", "1.5", "1,000", "1e3", "0x10", "#10", "2147483648", "ten"],
        [typeof(long)] = ["1,5", "1.5", "1,000", "1_000", "#10", "9223372036854775808"],
        [typeof(double)] = ["0,5", "1,000", "1.000,5", "1 000", "5%", "NaN", "Infinity", "1e999", "many"],
        [typeof(TimeSpan)] =
            ["24:00:00", "30", "5", "00:30", "1:2", "-00:00:30", "00:60:00", "00:00:60", "5m", "1d", "PT5M", "99999999.00:00:00", "00:00:00,5"],
        [typeof(Uri)] = [],
    };

    public static TheoryData<Type, string> Settings { get; } = new(
        from type in typeof(AppSettings).Assembly.GetTypes().Concat(typeof(EventLogOptions).Assembly.GetTypes())
        where type == typeof(AppSettings) || (type.IsPublic && type.Name.EndsWith("Options", StringComparison.Ordinal))
        from property in type.GetProperties()
        select (type, property.Name));

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_is_what_its_text_says(Type options, string name)
    {
        foreach (var (text, value) in Right[ValueType(options, name)])
        {
            Read(options, name, text).ShouldBe(value, text);
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_whose_text_means_something_else_is_refused_with_what_to_write(Type options, string name)
    {
        foreach (var text in Wrong[ValueType(options, name)])
        {
            var error = Should.Throw<OptionsValidationException>(() => Read(options, name, text), text).Message;

            error.ShouldStartWith($"Section:{name} is '{text}': set it to ");
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void An_empty_setting_keeps_the_default(Type options, string name)
    {
        var byDefault = options.GetProperty(name)!.GetValue(Activator.CreateInstance(options));

        Read(options, name, "").ShouldBe(byDefault);
        Read(options, name, " ").ShouldBe(byDefault);
    }

    [Theory]
    [InlineData("RetainFor", "24:00:00", "Section:RetainFor is '24:00:00': set it to a time as hh:mm:ss or days.hh:mm:ss, such as 00:00:30 or 1.00:00:00 for a day.")]
    public void The_spelling_that_works_is_named(string name, string text, string error) =>
        Should.Throw<OptionsValidationException>(() => Read(typeof(EventLogOptions), name, text)).Message.ShouldBe(error);

    private static Type ValueType(Type options, string name) =>
        Nullable.GetUnderlyingType(options.GetProperty(name)!.PropertyType) ?? options.GetProperty(name)!.PropertyType;

    private static object? Read(Type options, string name, string text) =>
        typeof(SettingTextTests).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(options)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [name, text], null);

    private static object? ReadAs<T>(string name, string text)
        where T : class
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new($"Section:{name}", text)]).Build())
            .AddOptions<T>().BindSection("Section").Services
            .BuildServiceProvider();
        return typeof(T).GetProperty(name)!.GetValue(services.GetRequiredService<IOptions<T>>().Value);
    }
}
