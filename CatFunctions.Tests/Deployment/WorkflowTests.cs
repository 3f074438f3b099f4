using YamlDotNet.RepresentationModel;

namespace CatFunctions.Tests.Deployment;

public sealed partial class WorkflowTests
{
    private static readonly string Workflow = Repository.Read(".github/workflows/ci.yml");
    private static readonly string EndToEnd = Repository.Read("scripts/e2e-func.sh");

    [Fact]
    public void The_workflow_may_only_read()
    {
        var workflow = Repository.ReadYaml(".github/workflows/ci.yml");

        var (scope, access) = ((YamlMappingNode)workflow["permissions"]).Children.ShouldHaveSingleItem();
        (scope.ToString(), access.ToString()).ShouldBe(("contents", "read"));
        foreach (var (_, job) in ((YamlMappingNode)workflow["jobs"]).Children)
        {
            ((YamlMappingNode)job).Children.Keys.ShouldNotContain(new YamlScalarNode("permissions"));
        }
    }

    [Fact]
    public void Every_action_is_pinned_to_a_commit()
    {
        var actions = Action().Matches(Workflow).Select(match => match.Groups[1].Value).ToList();

        actions.ShouldNotBeEmpty();
        actions.ShouldAllBe(action => Pinned().IsMatch(action));
    }

    [Theory]
    [InlineData("scripts/test.sh")]
    [InlineData("scripts/e2e-func.sh")]
    public void The_workflow_runs_a_script_that_is_there(string script)
    {
        Workflow.ShouldContain($"run: {script}");
        File.Exists(Repository.PathOf(script)).ShouldBeTrue();
    }

    [Fact]
    public void The_end_to_end_test_starts_services_that_the_compose_file_has()
    {
        var services = (YamlMappingNode)Repository.ReadYaml("docker-compose.kafka.yml")["services"];
        var started = Started().Matches(EndToEnd).SelectMany(match => match.Groups[1].Value.Split(' ')).ToList();

        started.ShouldBe(["kafka", "azurite", "kafka-topic"]);
        started.ShouldBeSubsetOf(services.Children.Keys.Select(service => service.ToString()));
    }

    [Fact]
    public void The_end_to_end_test_looks_for_the_log_where_the_example_settings_put_it()
    {
        using var settings = JsonDocument.Parse(Repository.Read("local.settings.json.example"));
        var directory = settings.RootElement.GetProperty("Values").GetProperty("EventLog__Directory").GetString()!;

        var log = Path.GetFullPath(directory, Repository.PathOf("CatFunctions/bin/output"));
        log.ShouldBe(Repository.PathOf("data"));
        EndToEnd.ShouldContain("verify --data data");
    }

    [Fact]
    public void The_workflow_and_the_dev_container_use_the_same_core_tools()
    {
        using var container = JsonDocument.Parse(Repository.Read(".devcontainer/devcontainer.json"));
        var command = container.RootElement.GetProperty("postCreateCommand").GetString()!;

        var version = CoreTools().Match(command).Value;
        version.ShouldNotBeEmpty();
        Workflow.ShouldContain(version);
    }

    [Fact]
    public void Every_hook_of_pre_commit_is_pinned_to_a_version()
    {
        var repositories = (YamlSequenceNode)Repository.ReadYaml(".pre-commit-config.yaml")["repos"];
        var remote = repositories.Cast<YamlMappingNode>().Where(repository => repository["repo"].ToString() != "local").ToList();

        remote.Count.ShouldBe(3);
        remote.ShouldAllBe(repository => Version().IsMatch(repository["rev"].ToString()));
    }

    [GeneratedRegex(@"uses: (\S+)")]
    private static partial Regex Action();

    [GeneratedRegex("^[a-z-]+/[a-z-]+@[0-9a-f]{40}$")]
    private static partial Regex Pinned();

    [GeneratedRegex("^compose (?:up --detach --wait --wait-timeout [0-9]+|run --rm) ([a-z -]+) >&2$", RegexOptions.Multiline)]
    private static partial Regex Started();

    [GeneratedRegex(@"azure-functions-core-tools@[0-9.]+")]
    private static partial Regex CoreTools();

    [GeneratedRegex(@"^v[0-9]+(\.[0-9]+)+$")]
    private static partial Regex Version();
}
