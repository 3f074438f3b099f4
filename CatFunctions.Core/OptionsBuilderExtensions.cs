using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core;

public static class OptionsBuilderExtensions
{
    /// <summary>
    /// Reads the properties from the settings of the same names in a section. A setting that is empty counts as not set; one
    /// that is not a value of its type, as <see cref="SettingText"/> reads it, is an error.
    /// </summary>
    /// <remarks>
    /// Not by the binder of .NET, whose conversions cannot be chosen: a RetainFor of 24:00:00 would be 24 days.
    /// </remarks>
    /// <param name="section">The name of the section; empty: the settings without one.</param>
    public static OptionsBuilder<TOptions> BindSection<TOptions>(this OptionsBuilder<TOptions> builder, string section)
        where TOptions : class
    {
        builder.Services.AddSingleton<IValidateOptions<TOptions>>(provider => new Validation<TOptions>(_ =>
            Values<TOptions>(provider.GetRequiredService<IConfiguration>(), section)
                .Where(setting => setting.Value is null)
                .Select(setting => $"{setting.Name} is '{setting.Text}': set it to {setting.Form}.")));
        return builder.Configure<IConfiguration>((options, configuration) =>
        {
            foreach (var setting in Values<TOptions>(configuration, section).Where(setting => setting.Value is not null))
            {
                setting.Property.SetValue(options, setting.Value);
            }
        });
    }

    /// <summary>Checks the options when the host starts.</summary>
    /// <param name="problems">
    /// What is wrong with them, a sentence each. Unlike the message of a fixed check, a sentence can quote the value.
    /// </param>
    public static OptionsBuilder<TOptions> ValidateOnStart<TOptions>(
        this OptionsBuilder<TOptions> builder, Func<TOptions, IEnumerable<string>> problems)
        where TOptions : class
    {
        builder.Services.AddSingleton<IValidateOptions<TOptions>>(new Validation<TOptions>(problems));
        return builder.ValidateOnStart();
    }

    /// <summary>What is wrong with the settings, a sentence each, if this is why a host did not start; otherwise nothing.</summary>
    public static IEnumerable<string> SettingProblems(this Exception exception) => exception switch
    {
        OptionsValidationException invalid => invalid.Failures,
        AggregateException several => several.InnerExceptions.SelectMany(SettingProblems),
        _ => [],
    };

    /// <summary>The settings of a section that are set; without a value, those that cannot be read.</summary>
    private static IEnumerable<(PropertyInfo Property, string Name, string Text, string Form, object? Value)> Values<TOptions>(
        IConfiguration configuration, string section)
    {
        foreach (var property in typeof(TOptions).GetProperties().Where(property => property.CanWrite))
        {
            var name = section.Length > 0 ? $"{section}:{property.Name}" : property.Name;
            if (configuration[name] is { } text && !string.IsNullOrWhiteSpace(text))
            {
                var value = SettingText.Parse(property.PropertyType, text, out var form);
                yield return (property, name, text, form, value);
            }
        }
    }

    private sealed class Validation<TOptions>(Func<TOptions, IEnumerable<string>> problems) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            string[] found = [.. problems(options)];
            return found is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
        }
    }
}
