using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CatFunctions.Tests.Deployment;

/// <summary>The Bicep is compiled in CI; here, only what it has in common with other files.</summary>
public sealed partial class TemplateTests
{
    private static readonly string Main = Repository.Read("infra/main.bicep");
    private static readonly string Readme = Repository.Read("README.md");

    [Fact]
    public void Every_app_setting_of_the_template_is_in_the_readme()
    {
        // An app setting begins with a capital, a property of a resource does not.
        var settings = Names(AppSetting(), Main);

        settings.ShouldContain("EventLogStorage__blobServiceUri");
        settings.ShouldContain("KafkaCaCertificate");
        settings.Where(setting => !IsInReadme(setting)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_parameter_of_the_template_comes_from_a_variable_of_azd()
    {
        var parameters = Parameters();

        parameters.Keys.ShouldBe(Names(BicepParameter(), Main), ignoreOrder: true);
        parameters.Values.ShouldBeUnique();
        parameters.Values.ShouldAllBe(value => AzdVariable().IsMatch(value));
    }

    [Fact]
    public void Every_variable_of_azd_is_in_the_readme()
    {
        var own = Parameters().Values
            .Select(value => AzdVariable().Match(value).Groups[1].Value)
            .Where(variable => !variable.StartsWith("AZURE_", StringComparison.Ordinal));

        own.Where(variable => !IsInReadme(variable)).ShouldBeEmpty();
    }

    [Fact]
    public void No_secret_is_an_output()
    {
        var outputs = TemplateFiles()
            .SelectMany(file => Output().Matches(File.ReadAllText(file)))
            .Select(match => match.Value)
            .ToList();

        outputs.Count.ShouldBeGreaterThan(10);
        outputs.ShouldAllBe(output => !output.Contains("list", StringComparison.Ordinal)
            && !output.Contains("secret", StringComparison.OrdinalIgnoreCase)
            && !output.Contains("password", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Every_file_that_the_template_is_made_of_is_there()
    {
        var used = TemplateFiles()
            .SelectMany(file => UsedFile().Matches(File.ReadAllText(file)))
            .Select(match => "infra/" + match.Groups[1].Value)
            .ToHashSet();

        used.ShouldContain("infra/eventhubs.bicep");
        used.ShouldContain("infra/workbook.json");
        used.Where(file => !File.Exists(Repository.PathOf(file))).ShouldBeEmpty();
    }

    [Fact]
    public void The_template_tags_the_app_with_the_name_that_azd_deploys_to()
    {
        var services = (YamlMappingNode)Repository.ReadYaml("azure.yaml")["services"];
        var (name, service) = services.Children.ShouldHaveSingleItem();

        Main.ShouldContain($"'azd-service-name': '{name}'");
        File.Exists(Repository.PathOf($"{service["project"]}/CatFunctions.csproj")).ShouldBeTrue();
    }

    [Fact]
    public void The_instance_that_is_always_ready_is_that_of_a_function()
    {
        var name = AlwaysReady().Match(Repository.Read("infra/functionapp.bicep")).Groups[1].Value;

        File.Exists(Repository.PathOf($"CatFunctions/{name}.cs")).ShouldBeTrue();
    }

    private static Dictionary<string, string> Parameters()
    {
        using var file = JsonDocument.Parse(Repository.Read("infra/main.parameters.json"));
        return file.RootElement.GetProperty("parameters").EnumerateObject()
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Value.GetProperty("value").GetString()!);
    }

    private static string[] TemplateFiles() => Directory.GetFiles(Repository.PathOf("infra"), "*.bicep");

    private static List<string> Names(Regex regex, string text) =>
        [.. regex.Matches(text).Select(match => match.Groups[1].Value)];

    private static bool IsInReadme(string name) =>
        Readme.Contains($"`{name}`", StringComparison.Ordinal)
        || (name.Split("__") is [var connection, var property]
            && Readme.Contains($"`{connection}`", StringComparison.Ordinal)
            && Readme.Contains($"`__{property}`", StringComparison.Ordinal));

    [GeneratedRegex(@"(?:^ +|\{ )([A-Z]\w+): ", RegexOptions.Multiline)]
    private static partial Regex AppSetting();

    [GeneratedRegex(@"^param (\w+) ", RegexOptions.Multiline)]
    private static partial Regex BicepParameter();

    [GeneratedRegex(@"^\$\{([A-Z_]+)\}$")]
    private static partial Regex AzdVariable();

    [GeneratedRegex(@"^output .*$", RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex(@"(?:^module \w+ |loadTextContent\()'([^']+)'", RegexOptions.Multiline)]
    private static partial Regex UsedFile();

    [GeneratedRegex(@"'function:(\w+)'")]
    private static partial Regex AlwaysReady();
}
