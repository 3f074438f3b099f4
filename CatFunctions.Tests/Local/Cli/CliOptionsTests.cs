using System.CommandLine;
using System.CommandLine.Completions;
using CatFunctions.Local.Cli;

namespace CatFunctions.Tests.Local.Cli;

public sealed class CliOptionsTests
{
    private static readonly string[] WrongIntegers = ["1,5", "1.5", "1,000", "1e3", "0x10", "#10", "99999999999999999999", "ten", ""];
    private static readonly string[] WrongNumbers = ["0,5", "1,000", "1.000,5", "1 000", "5%", "NaN", "Infinity", "many", ""];
    private static readonly string[] WrongTimes = ["24:00:00", "30", "00:30", "1:2", "00:60:00", "5m", "1d", "PT5M", "00:00:00,5", ""];

    /// <summary>Every option that takes a number or a time.</summary>
    public static TheoryData<string> Numeric { get; } = new(
        Options().Where(option => WrongTexts(option) is not []).Select(option => option.Name));

    [Theory]
    [MemberData(nameof(Numeric))]
    public void A_number_or_a_time_that_means_something_else_than_it_says_is_refused(string name)
    {
        var option = Options().First(option => option.Name == name);
        foreach (var text in WrongTexts(option))
        {
            ErrorOf(option, name, text).ShouldStartWith($"{name} takes ", customMessage: text);
            ErrorOf(option, name, text).ShouldEndWith($", not '{text}'.");
        }
    }

    [Fact]
    public void Options_that_take_numbers_are_among_those_tested() =>
        Numeric.Select(row => row.Data).ShouldBe(
            ["--partitions", "--rate", "--seed", "--port", "--for", "--top", "--broker-port"], ignoreOrder: true);

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("1500", 1500)]
    [InlineData("1e3", 1000)]
    public void A_rate_is_what_it_says(string text, double rate) =>
        new RootCommand { CliOptions.Rate }.Parse(["--rate", text]).GetValue(CliOptions.Rate).ShouldBe(rate);

    [Theory]
    [InlineData("00:00:30", 30)]
    [InlineData("1.00:00:00", 86_400)]
    [InlineData("23:59:59", 86_399)]
    public void A_time_is_what_it_says(string text, double seconds) =>
        new RootCommand { CliOptions.For }.Parse(["--for", text]).GetValue(CliOptions.For).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("--blob-container", "Cats", "--blob-container takes 3 to 63 lower-case letters, digits and single hyphens, such as cat-events, not 'Cats'.")]
    [InlineData("--storage", "AccountKey=c2VjcmV0", "--storage takes a connection string of Azure Storage: copy it from the account's access keys.")]
    [InlineData("--group", "two words", "--group takes up to 249 characters without spaces, not 'two words'.")]
    public void An_error_names_the_option_that_was_given(string name, string text, string error) =>
        ErrorOf(Options().First(option => option.Name == name), name, text).ShouldBe(error);

    [Fact]
    public void An_alias_is_named_as_it_was_given()
    {
        var option = new Option<int>("--number", "-n")
        {
            CustomParser = result => CliOptions.Parse(result, "takes a number", (string text, out int value) => int.TryParse(text, out value)),
        };

        ErrorOf(option, "-n", "x").ShouldBe("-n takes a number, not 'x'.");
    }

    /// <summary>Every option, and the values that a shell completes it with.</summary>
    [Fact]
    public void What_a_shell_completes_is_accepted()
    {
        var offered = new List<string>();
        foreach (var option in Options())
        {
            foreach (var completion in option.GetCompletions(CompletionContext.Empty).Select(completion => completion.Label))
            {
                new RootCommand { option }.Parse([option.Name, completion]).Errors.ShouldBeEmpty($"{option.Name} {completion}");
                offered.Add($"{option.Name} {completion}");
            }
        }

        foreach (var expected in (string[])["--photos sample", "--window 15m", "--window all"])
        {
            offered.ShouldContain(expected);
        }
    }

    private static IEnumerable<Option> Options() => typeof(CliOptions).GetProperties()
        .Where(property => property.PropertyType.IsAssignableTo(typeof(Option)))
        .Select(property => (Option)property.GetValue(null)!);

    private static string[] WrongTexts(Option option) => (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) switch
    {
        var type when type == typeof(int) || type == typeof(long) => WrongIntegers,
        var type when type == typeof(double) => WrongNumbers,
        var type when type == typeof(TimeSpan) => WrongTimes,
        _ => [],
    };

    private static string ErrorOf(Option option, string name, string text) =>
        new RootCommand { option }.Parse([name, text]).Errors.ShouldHaveSingleItem(text).Message;
}
