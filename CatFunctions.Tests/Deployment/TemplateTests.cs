using System.Diagnostics;
using System.Reflection;
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
                "Microsoft.Authorization/roleAssignments Monitoring Metrics Publisher of identity.principalId on appi-cat-*",
                "Microsoft.Authorization/roleAssignments Storage Blob Data Reader of [deployer().objectId] on stcatlog*",
                "Microsoft.Authorization/roleAssignments Storage Blob Data Contributor of identity.principalId on stcatlog*",
                "Microsoft.Authorization/roleAssignments Storage Blob Data Owner of identity.principalId on stcathost*",
                "Microsoft.EventHub/namespaces evhns-cat-*",
                "Microsoft.EventHub/namespaces/eventhubs evhns-cat-*/cat_photo_events",
                "Microsoft.EventHub/namespaces/eventhubs/authorizationRules evhns-cat-*/cat_photo_events/catfunctions",
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
        kafka.Except(usual).ShouldBe(["Microsoft.Insights/actionGroups ag-cat-events", "Microsoft.Authorization/locks keep"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_app_may_delete_from_the_log_only_what_the_outbox_holds_unless_there_is_retention()
    {
        var (permanent, retained) = (LogRole(await DeploymentSnapshot.WithEventHubsAsync()), LogRole(await DeploymentSnapshot.WithKafkaAsync()));

        permanent.GetProperty("conditionVersion").GetString().ShouldBe("2.0");
        permanent.GetProperty("condition").GetString().ShouldBe(
            "!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'}) "
            + "OR @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike 'outbox/*'");
        retained.GetProperty("condition").ValueKind.ShouldBe(JsonValueKind.Null);
        (await DeploymentSnapshot.WithKafkaAsync()).AppSettings.GetProperty("EventLog__RetainFor").GetString().ShouldBe("30.00:00:00");

        static JsonElement LogRole(DeploymentSnapshot snapshot) => snapshot.PropertiesOf("Microsoft.Authorization/roleAssignments")
            .Single(role => role.GetProperty("roleDefinitionId").GetString()!.EndsWith("ba92f5b4-2d11-453d-a403-e96b0029c9fe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Protected_data_has_a_lock_and_a_vault_that_nobody_can_purge()
    {
        var (usual, isProtected) = (await DeploymentSnapshot.WithEventHubsAsync(), await DeploymentSnapshot.WithKafkaAsync());

        usual.PropertiesOf("Microsoft.KeyVault/vaults").Single().GetProperty("enablePurgeProtection").ValueKind.ShouldBe(JsonValueKind.Null);
        isProtected.PropertiesOf("Microsoft.KeyVault/vaults").Single().GetProperty("enablePurgeProtection").GetBoolean().ShouldBeTrue();
        var theLock = isProtected.OfType("Microsoft.Authorization/locks").Single();
        theLock.GetProperty("id").GetString().ShouldNotBeNull().ShouldContain("/storageAccounts/stcatlog");
        theLock.GetProperty("properties").GetProperty("level").GetString().ShouldBe("CanNotDelete");
    }

    [Fact]
    public async Task Telemetry_is_sent_with_a_sign_in_only()
    {
        var snapshot = await DeploymentSnapshot.WithEventHubsAsync();

        snapshot.PropertiesOf("Microsoft.Insights/components").Single().GetProperty("DisableLocalAuth").GetBoolean().ShouldBeTrue();
        var setting = snapshot.AppSettings.GetProperty("APPLICATIONINSIGHTS_AUTHENTICATION_STRING").GetString().ShouldNotBeNull();
        setting.ShouldStartWith("[format('ClientId={0};Authorization=AAD', ");
        setting.ShouldEndWith(".outputs.clientId.value)]");
    }

    /// <summary>azd pastes a value into the parameters' JSON as it is, and parses that.</summary>
    [Fact]
    public async Task Any_text_survives_the_parameters_of_azd_as_base64()
    {
        const string Text = "-----BEGIN CERTIFICATE-----\nMIIB\"\\n'${X}é\r\n-----END CERTIFICATE-----\n";
        var encoded = $"base64:{Convert.ToBase64String(TestEvents.Utf8(Text))}";
        var parameters = JsonDocument.Parse(Repository.Read("infra/main.parameters.json")
            .Replace("${KAFKA_USERNAME}", encoded, StringComparison.Ordinal)
            .Replace("${KAFKA_CA_CERTIFICATE}", encoded, StringComparison.Ordinal)).RootElement.GetProperty("parameters");

        var snapshot = await DeploymentSnapshot.WithTextsAsync(ValueOf("kafkaUsername"), ValueOf("kafkaCaCertificate"));

        snapshot.AppSettings.GetProperty("KafkaUsername").GetString().ShouldBe(Text);
        snapshot.AppSettings.GetProperty("KafkaCaCertificate").GetString().ShouldBe(Text);
        var template = (await Compiled.Value).GetRawText();
        template.ShouldContain("[__bicep.decode(parameters('kafkaPassword'))]");
        template.ShouldContain("[__bicep.decode(parameters('catApiKey'))]");

        string ValueOf(string name) => parameters.GetProperty(name).GetProperty("value").GetString()!;
    }

    [Fact]
    public async Task Whoever_deploys_is_told_how_to_check_the_log()
    {
        var hook = Repository.ReadYaml("azure.yaml")["hooks"]["postprovision"]["posix"];
        var outputs = (await Compiled.Value).GetProperty("outputs").EnumerateObject().Select(output => output.Name).ToArray();
        using var shell = Process.Start(new ProcessStartInfo(hook["shell"].ToString(), ["-c", hook["run"].ToString()])
        {
            RedirectStandardOutput = true,
            Environment = { ["EVENT_LOG_BLOB_SERVICE_URI"] = "https://stcatlog.blob.core.windows.net/", ["EVENT_LOG_CONTAINER"] = "cat-events" },
        })!;
        var told = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();

        outputs.ShouldContain("EVENT_LOG_BLOB_SERVICE_URI");
        outputs.ShouldContain("EVENT_LOG_CONTAINER");
        told.ShouldContain("  EventLogStorage__blobServiceUri=https://stcatlog.blob.core.windows.net/ scripts/run-local.sh verify --blob-container cat-events\n");
        File.Exists(Repository.PathOf("scripts/run-local.sh")).ShouldBeTrue();
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
