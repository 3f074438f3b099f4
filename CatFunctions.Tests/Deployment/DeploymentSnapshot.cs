namespace CatFunctions.Tests.Deployment;

/// <summary>
/// What a deployment of infra/ would make, as the Bicep compiler predicts it. What only Azure knows, such as the id of an
/// identity, is an expression: a text in brackets.
/// </summary>
internal sealed partial class DeploymentSnapshot
{
    private static readonly Lazy<Task<DeploymentSnapshot>> EventHubs = new(() => TakeAsync());

    private static readonly Lazy<Task<DeploymentSnapshot>> Kafka = new(() => TakeAsync(
        ("kafkaBrokerList", "kafka.example:9093"),
        ("kafkaUsername", "cats"),
        ("kafkaPassword", "secret"),
        ("kafkaCaCertificate", "PEM"),
        ("alertEmail", "cats@example.com"),
        ("retainFor", "30.00:00:00"),
        ("protectData", true)));

    private static readonly Lazy<Task<DeploymentSnapshot>> PlaintextKafka = new(() => TakeAsync(
        ("kafkaBrokerList", "kafka.example:9092"),
        ("kafkaProtocol", "Plaintext"),
        ("catApiKey", "secret")));

    private readonly JsonElement[] _resources;

    private DeploymentSnapshot(JsonElement snapshot)
    {
        _resources = [.. snapshot.GetProperty("predictedResources").EnumerateArray()];
        var app = OfType("Microsoft.Web/sites").Single().GetProperty("name").GetString()!;
        var token = app[(app.LastIndexOf('-') + 1)..];
        Resources = [.. _resources.Select(resource => $"{resource.GetProperty("type")} {NameOf(resource)}".Replace(token, "*", StringComparison.Ordinal))];
    }

    /// <summary>With the parameters' defaults.</summary>
    public static Task<DeploymentSnapshot> WithEventHubsAsync() => EventHubs.Value;

    /// <summary>With an existing Kafka over TLS that wants a password, an address for alerts, retention, and protected data.</summary>
    public static Task<DeploymentSnapshot> WithKafkaAsync() => Kafka.Value;

    /// <summary>With an existing Kafka, and this user name and certificate.</summary>
    public static Task<DeploymentSnapshot> WithTextsAsync(string username, string certificate) => TakeAsync(
        ("kafkaBrokerList", "kafka.example:9093"), ("kafkaUsername", username), ("kafkaCaCertificate", certificate));

    /// <summary>With an existing Kafka that wants no password, and a key of TheCatAPI.</summary>
    public static Task<DeploymentSnapshot> WithPlaintextKafkaAsync() => PlaintextKafka.Value;

    /// <summary>All that would be made, as "type name"; a role assignment as "type role of principal on scope".</summary>
    public string[] Resources { get; }

    /// <summary>The app settings; an expression when they depend on a secret.</summary>
    public JsonElement AppSettings => PropertiesOf("Microsoft.Web/sites/config").Single();

    public IEnumerable<JsonElement> OfType(string type) => _resources.Where(resource => resource.GetProperty("type").GetString() == type);

    public IEnumerable<JsonElement> PropertiesOf(string type) => OfType(type).Select(resource => resource.GetProperty("properties"));

    private static async Task<DeploymentSnapshot> TakeAsync(params (string Name, object Value)[] parameters)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "main.bicepparam");
        var template = Path.GetRelativePath(folder.Path, Repository.PathOf("infra/main.bicep")).Replace('\\', '/');
        await File.WriteAllLinesAsync(
            file,
            [
                $"using '{template}'", "param environmentName = 'test'", "param location = 'westeurope'",
                .. parameters.Select(parameter => $"param {parameter.Name} = {(parameter.Value is string text ? $"'{text}'" : "true")}"),
            ]);
        await Bicep.RunAsync("snapshot", file, "--subscription-id", Guid.Empty.ToString(), "--tenant-id", Guid.Empty.ToString());
        return new DeploymentSnapshot(JsonElement.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(file, ".snapshot.json"))));
    }

    private static string NameOf(JsonElement resource)
    {
        var name = resource.GetProperty("name").GetString()!;
        return resource.GetProperty("type").GetString() switch
        {
            "Microsoft.Authorization/roleAssignments" => DescribeRole(resource),
            "Microsoft.Insights/workbooks" => resource.GetProperty("properties").GetProperty("displayName").GetString()!,
            _ => name.StartsWith('[') ? LastText().Match(name).Groups[1].Value : name,
        };
    }

    private static string DescribeRole(JsonElement assignment)
    {
        var properties = assignment.GetProperty("properties");
        var role = properties.GetProperty("roleDefinitionId").GetString()!.Split('/')[^1] switch
        {
            // https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
            "4633458b-17de-408a-b874-0445c86b69e6" => "Key Vault Secrets User",
            "b7e6dc6d-f1e8-4753-8033-0f276bb0955b" => "Storage Blob Data Owner",
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe" => "Storage Blob Data Contributor",
            "2a2b9908-6ea1-4ae2-8ed8-a410df84e7d1" => "Storage Blob Data Reader",
            "3913510d-42f4-4e42-8a64-420c390055eb" => "Monitoring Metrics Publisher",
            var other => other,
        };
        var principalId = properties.GetProperty("principalId").GetString()!;
        var principal = ModuleOutput().Match(principalId) is { Success: true } output ? $"{output.Groups[1]}.{output.Groups[2]}" : principalId;
        var scope = Scope().Match(assignment.GetProperty("id").GetString()!).Groups[1].Value;
        return string.Create(CultureInfo.InvariantCulture, $"{role} of {principal} on {scope}");
    }

    [GeneratedRegex(@"'([^']+)'\)\]$")]
    private static partial Regex LastText();

    [GeneratedRegex(@"uniqueString\('(\w+)', .*\.outputs\.(\w+)\.value\]$")]
    private static partial Regex ModuleOutput();

    [GeneratedRegex(@"^\[extensionResourceId\('[^']*/([^'/]+)',")]
    private static partial Regex Scope();
}
