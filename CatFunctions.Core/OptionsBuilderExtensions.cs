using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core;

public static class OptionsBuilderExtensions
{
    /// <summary>Checks the options when the host starts.</summary>
    /// <param name="builder">The options.</param>
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
