using CatFunctions.Tests.Deployment;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>The settings in the code, in docs/settings.md and in the example are the same.</summary>
public sealed partial class SettingsListTests
{
    /// <summary>Settings of the Functions host. Our code does not read them.</summary>
    private static readonly string[] OfTheHost = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"];

    [Fact]
    public void Every_setting_in_the_code_is_documented_and_the_other_way_round() =>
        Documented().Keys.ShouldBe([.. OfTheHost, .. InCode()], ignoreOrder: true);

    [Fact]
    public void Every_documented_setting_is_in_the_example_and_the_other_way_round() =>
        InExample().Keys.ShouldBe(Documented().Keys, ignoreOrder: true);

    [Fact]
    public void The_example_sets_what_is_required_and_otherwise_shows_the_defaults()
    {
        var example = InExample();
        foreach (var (name, isDefault) in Documented())
        {
            switch (isDefault)
            {
                case "required":
                    example[name].ShouldNotBeEmpty(name);
                    break;
                case "none":
                    example[name].ShouldBeEmpty(name);
                    break;
                default:
                    example[name].ShouldBeOneOf("", isDefault.Trim('`'));
                    break;
            }
        }
    }

    [Fact]
    public void What_is_secret_is_said_to_be_and_has_no_value_in_the_example()
    {
        var secrets = Rows().Where(row => row.Value.Contains("| Secret. ", StringComparison.Ordinal))
            .Select(row => row.Groups[1].Value).ToList();

        secrets.ShouldBe(["KafkaPassword", "KafkaClientKey", "KafkaClientKeyPassword", "KafkaOAuthClientSecret", "EventLogStorage", "CatApi__ApiKey"]);
        secrets.ShouldAllBe(name => InExample()[name].Length == 0);
    }

    /// <summary>The app's own, those of every section, and those that are read by their name.</summary>
    private static IEnumerable<string> InCode()
    {
        var own = typeof(AppSettings).GetProperties().Select(property => property.Name);
        var ofSections = typeof(EventLogOptions).Assembly.GetTypes()
            .Where(type => type.IsPublic && type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties().Select(property => $"{SectionOf(type)}__{property.Name}"));
        var byName = Directory.GetFiles(Repository.PathOf("CatFunctions"), "*.cs")
            .SelectMany(file => ReadByName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value);
        return [.. own, .. ofSections, .. byName, EventLogOptions.Storage];
    }

    private static string SectionOf(Type options) =>
        (string)(options.GetField("Section") ?? options.GetField("Section"))!.GetValue(null)!;

    /// <summary>Each setting and its default.</summary>
    private static Dictionary<string, string> Documented() =>
        Rows().ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

    private static MatchCollection Rows() => SettingRow().Matches(Repository.Read("docs/settings.md"));

    private static Dictionary<string, string> InExample()
    {
        using var example = JsonDocument.Parse(Repository.Read("local.settings.json.example"));
        return example.RootElement.GetProperty("Values").EnumerateObject()
            .ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (required|none|`[^`]+`) \| .*$", RegexOptions.Multiline)]
    private static partial Regex SettingRow();

    [GeneratedRegex(@"Configuration\[""(\w+)""\]")]
    private static partial Regex ReadByName();
}
