using System.Xml.Linq;

namespace CatFunctions.Tests.Deployment;

/// <summary>The settings of Visual Studio Code name what is there.</summary>
public sealed class EditorTests
{
    private static readonly JsonElement[] Tasks = [.. Read(".vscode/tasks.json").GetProperty("tasks").EnumerateArray()];

    [Fact]
    public void Every_task_that_something_waits_for_is_there()
    {
        var waits = Tasks.Where(task => task.TryGetProperty("dependsOn", out _)).Select(task => task.GetProperty("dependsOn"))
            .Concat(Launches().Where(launch => launch.TryGetProperty("preLaunchTask", out _)).Select(launch => launch.GetProperty("preLaunchTask")))
            .Select(name => name.GetString());

        waits.ShouldNotBeEmpty();
        waits.ShouldBeSubsetOf(Tasks.Select(task => task.GetProperty("label").GetString()));
    }

    [Fact]
    public void The_function_app_starts_where_its_build_puts_it()
    {
        var project = Read(".vscode/settings.json").GetProperty("azureFunctions.projectSubpath").GetString();
        var output = XDocument.Parse(Repository.Read($"{project}/{project}.csproj")).Descendants("OutputPath").Single().Value;

        Tasks.Single(task => task.GetProperty("type").GetString() == "func").GetProperty("options").GetProperty("cwd").GetString()
            .ShouldBe($"${{workspaceFolder}}/{project}/{output.TrimEnd('/')}");
    }

    [Fact]
    public void The_dev_container_has_the_extensions_that_are_recommended() =>
        Extensions(Read(".devcontainer/devcontainer.json").GetProperty("customizations").GetProperty("vscode").GetProperty("extensions"))
            .ShouldBe(Extensions(Read(".vscode/extensions.json").GetProperty("recommendations")));

    private static JsonElement Read(string file) => JsonElement.Parse(Repository.Read(file));

    private static JsonElement.ArrayEnumerator Launches() =>
        Read(".vscode/launch.json").GetProperty("configurations").EnumerateArray();

    private static IEnumerable<string?> Extensions(JsonElement names) => names.EnumerateArray().Select(name => name.GetString());
}
