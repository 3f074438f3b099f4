using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using YamlDotNet.RepresentationModel;

namespace CatFunctions.Tests.Deployment;

/// <summary>The Bicep, as its compiler sees it.</summary>
public sealed partial class TemplateTests
{
    private static readonly string Documentation = Repository.Read("docs/settings.md") + Repository.Read("docs/deploy.md");

    private static readonly Lazy<Task<JsonElement>> Compiled = new(async () =>
        JsonElement.Parse((await Bicep.RunAsync("build", Repository.PathOf("infra/main.bicep"), "--stdout", "--no-restore")).Output));

    /// <summary>As bicepconfig.json wants it, an API version that is not the newest stable one is a warning.</summary>
    [Fact]
    public async Task The_compiler_and_its_linter_have_nothing_to_say() =>
        (await Bicep.RunAsync("lint", "--pattern", Repository.PathOf("infra/*.bicep"), "--no-restore")).ShouldBe(("", ""));

    [Fact]
    public async Task Every_file_is_formatted()
    {
        using var folder = new TempFolder();
        var files = Directory.GetFiles(Repository.PathOf("infra"), "*.bicep*").ToDictionary(file => Path.Combine(folder.Path, Path.GetFileName(file)));
        foreach (var (copy, file) in files)
        {
            File.Copy(file, copy);
        }

        await Bicep.RunAsync("format", "--pattern", Path.Combine(folder.Path, "*.bicep"));

        files.Count.ShouldBeGreaterThan(5);
        files.Where(file => File.ReadAllText(file.Key) != File.ReadAllText(file.Value)).Select(file => file.Value).ShouldBeEmpty("run bicep format");
    }

    [Fact]
    public async Task A_deployment_makes_this_and_nothing_else() =>
        (await DeploymentSnapshot.WithEventHubsAsync()).Resources.ShouldBe(
            [
                "Microsoft.Authorization/roleAssignments Key Vault Secrets User of identity.principalId on kv-cat-*",
                "Microsoft.Authorization/roleAssignments Storage Blob Data Contributor of identity.principalId on stcatlog*",
                "Microsoft.Authorization/roleAssignments Storage Blob Data Owner of identity.principalId on stcathost*",
                "Microsoft.EventHub/namespaces evhns-cat-*",
                "Microsoft.EventHub/namespaces/authorizationRules evhns-cat-*/catfunctions",
                "Microsoft.EventHub/namespaces/eventhubs evhns-cat-*/cat_photo_events",
                "Microsoft.Insights/components appi-cat-*",
                "Microsoft.Insights/scheduledQueryRules lost-events",
                "Microsoft.Insights/scheduledQueryRules no-events",
                "Microsoft.Insights/workbooks Cat events",
                "Microsoft.KeyVault/vaults kv-cat-*",
                "Microsoft.KeyVault/vaults/secrets kafka-password",
                "Microsoft.ManagedIdentity/userAssignedIdentities id-cat-*",
                "Microsoft.OperationalInsights/workspaces log-cat-*",
                "Microsoft.Resources/resourceGroups rg-test",
                "Microsoft.Storage/storageAccounts stcathost*",
                "Microsoft.Storage/storageAccounts stcatlog*",
                "Microsoft.Storage/storageAccounts/blobServices stcathost*/default",
                "Microsoft.Storage/storageAccounts/blobServices stcatlog*/default",
                "Microsoft.Storage/storageAccounts/blobServices/containers stcathost*/default/app-package",
                "Microsoft.Storage/storageAccounts/blobServices/containers stcatlog*/default/cat-events",
                "Microsoft.Web/serverfarms plan-cat-*",
                "Microsoft.Web/sites func-cat-*",
                "Microsoft.Web/sites/basicPublishingCredentialsPolicies func-cat-*/ftp",
                "Microsoft.Web/sites/basicPublishingCredentialsPolicies func-cat-*/scm",
                "Microsoft.Web/sites/config func-cat-*/appsettings",
            ],
            ignoreOrder: true);

    [Fact]
    public async Task With_an_existing_kafka_there_is_no_event_hub_and_its_password_is_kept()
    {
        var (usual, kafka) = ((await DeploymentSnapshot.WithEventHubsAsync()).Resources, (await DeploymentSnapshot.WithKafkaAsync()).Resources);

        usual.Except(kafka).ShouldAllBe(resource => resource.StartsWith("Microsoft.EventHub/", StringComparison.Ordinal));
        usual.Except(kafka).Count().ShouldBe(3);
        kafka.Except(usual).ShouldBe(["Microsoft.Insights/actionGroups ag-cat-events"]);
    }

    [Fact]
    public async Task A_kafka_without_a_password_leaves_only_the_key_of_the_cat_api_to_keep()
    {
        var snapshot = await DeploymentSnapshot.WithPlaintextKafkaAsync();

        snapshot.Resources.Where(resource => resource.Contains("/secrets ", StringComparison.Ordinal))
            .ShouldBe(["Microsoft.KeyVault/vaults/secrets cat-api-key"]);
        var settings = snapshot.AppSettings.GetString().ShouldNotBeNull();
        settings.ShouldContain("createObject('CatApi__ApiKey', format('@Microsoft.KeyVault(VaultName={0};SecretName=cat-api-key)'");
        settings.ShouldContain("'KafkaProtocol', 'Plaintext'");
        settings.ShouldNotContain("KafkaPassword");
    }

    [Fact]
    public async Task Every_app_setting_of_the_template_is_documented()
    {
        var (eventHubs, kafka) = (await DeploymentSnapshot.WithEventHubsAsync(), await DeploymentSnapshot.WithKafkaAsync());

        var settings = eventHubs.AppSettings.EnumerateObject().Concat(kafka.AppSettings.EnumerateObject())
            .Select(setting => setting.Name).Append("CatApi__ApiKey").ToHashSet();

        settings.ShouldContain("EventLogStorage__blobServiceUri");
        settings.ShouldContain("KafkaCaCertificate");
        settings.Where(setting => !IsDocumented(setting)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_parameter_of_the_template_comes_from_a_variable_of_azd()
    {
        var parameters = Parameters();

        parameters.Keys.ShouldBe(
            (await Compiled.Value).GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name), ignoreOrder: true);
        parameters.Values.ShouldBeUnique();
        parameters.Values.ShouldAllBe(value => AzdVariable().IsMatch(value));
    }

    [Fact]
    public void Every_variable_of_azd_is_documented()
    {
        var own = Parameters().Values
            .Select(value => AzdVariable().Match(value).Groups[1].Value)
            .Where(variable => !variable.StartsWith("AZURE_", StringComparison.Ordinal));

        own.Where(variable => !IsDocumented(variable)).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_secret_is_an_output_or_in_the_app_settings()
    {
        var outputs = Templates(await Compiled.Value).SelectMany(Outputs).ToList();

        outputs.Count.ShouldBeGreaterThan(10);
        outputs.ShouldAllBe(output => !output.Contains("list", StringComparison.Ordinal)
            && !output.Contains("secret", StringComparison.OrdinalIgnoreCase)
            && !output.Contains("password", StringComparison.OrdinalIgnoreCase));
        foreach (var snapshot in new[] { await DeploymentSnapshot.WithEventHubsAsync(), await DeploymentSnapshot.WithKafkaAsync() })
        {
            snapshot.AppSettings.GetProperty("KafkaPassword").GetString()
                .ShouldNotBeNull().ShouldStartWith("[format('@Microsoft.KeyVault(VaultName={0};SecretName=kafka-password)'");
        }
    }

    [Fact]
    public async Task The_template_tags_the_app_with_the_name_that_azd_deploys_to()
    {
        var services = (YamlMappingNode)Repository.ReadYaml("azure.yaml")["services"];
        var (name, service) = services.Children.ShouldHaveSingleItem();

        var app = (await DeploymentSnapshot.WithEventHubsAsync()).OfType("Microsoft.Web/sites").Single();
        app.GetProperty("tags").GetProperty("azd-service-name").GetString().ShouldBe(name.ToString());
        File.Exists(Repository.PathOf($"{service["project"]}/CatFunctions.csproj")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_instance_that_is_always_ready_is_that_of_a_function()
    {
        var app = (await DeploymentSnapshot.WithEventHubsAsync()).PropertiesOf("Microsoft.Web/sites").Single();
        var functions = typeof(AppSettings).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()).OfType<FunctionAttribute>();

        app.GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency").GetProperty("alwaysReady").EnumerateArray()
            .ShouldHaveSingleItem().GetProperty("name").GetString()
            .ShouldBeOneOf([.. functions.Select(function => $"function:{function.Name}")]);
    }

    /// <summary>A compiled template and those of its modules.</summary>
    private static IEnumerable<JsonElement> Templates(JsonElement template) => Resources(template)
        .Where(resource => resource.GetProperty("type").GetString() == "Microsoft.Resources/deployments")
        .SelectMany(module => Templates(module.GetProperty("properties").GetProperty("template")))
        .Prepend(template);

    /// <summary>A template with symbolic names has an object of resources, others have an array.</summary>
    private static IEnumerable<JsonElement> Resources(JsonElement template) =>
        template.GetProperty("resources") is { ValueKind: JsonValueKind.Object } named
            ? named.EnumerateObject().Select(resource => resource.Value)
            : template.GetProperty("resources").EnumerateArray();

    private static IEnumerable<string> Outputs(JsonElement template) =>
        template.TryGetProperty("outputs", out var outputs) ? outputs.EnumerateObject().Select(output => output.ToString()) : [];

    private static Dictionary<string, string> Parameters()
    {
        using var file = JsonDocument.Parse(Repository.Read("infra/main.parameters.json"));
        return file.RootElement.GetProperty("parameters").EnumerateObject()
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Value.GetProperty("value").GetString()!);
    }

    private static bool IsDocumented(string name) =>
        Documentation.Contains($"`{name}`", StringComparison.Ordinal)
        || (name.Split("__") is [var connection, var property]
            && Documentation.Contains($"`{connection}`", StringComparison.Ordinal)
            && Documentation.Contains($"`__{property}`", StringComparison.Ordinal));

    [GeneratedRegex(@"^\$\{([A-Z_]+)\}$")]
    private static partial Regex AzdVariable();
}
