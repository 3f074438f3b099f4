using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

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
        ("alertEmail", "cats@example.com")));

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

    /// <summary>With an existing Kafka over TLS that wants a password, and an address for alerts.</summary>
    public static Task<DeploymentSnapshot> WithKafkaAsync() => Kafka.Value;

    /// <summary>With an existing Kafka that wants no password, and a key of TheCatAPI.</summary>
    public static Task<DeploymentSnapshot> WithPlaintextKafkaAsync() => PlaintextKafka.Value;

    /// <summary>All that would be made, as "type name"; a role assignment as "type role of principal on scope".</summary>
    public string[] Resources { get; }

    /// <summary>The app settings; an expression when they depend on a secret.</summary>
    public JsonElement AppSettings => PropertiesOf("Microsoft.Web/sites/config").Single();

    public IEnumerable<JsonElement> OfType(string type) => _resources.Where(resource => resource.GetProperty("type").GetString() == type);

    public IEnumerable<JsonElement> PropertiesOf(string type) => OfType(type).Select(resource => resource.GetProperty("properties"));

    private static async Task<DeploymentSnapshot> TakeAsync(params (string Name, string Value)[] parameters)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "main.bicepparam");
        var template = Path.GetRelativePath(folder.Path, Repository.PathOf("infra/main.bicep")).Replace('\\', '/');
        await File.WriteAllLinesAsync(
            file,
            [
                $"using '{template}'", "param environmentName = 'test'", "param location = 'westeurope'",
                .. parameters.Select(parameter => $"param {parameter.Name} = '{parameter.Value}'"),
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
            var other => other,
        };
        var principal = ModuleOutput().Match(properties.GetProperty("principalId").GetString()!);
        var scope = Scope().Match(assignment.GetProperty("id").GetString()!).Groups[1].Value;
        return string.Create(CultureInfo.InvariantCulture, $"{role} of {principal.Groups[1]}.{principal.Groups[2]} on {scope}");
    }

    [GeneratedRegex(@"'([^']+)'\)\]$")]
    private static partial Regex LastText();

    [GeneratedRegex(@"uniqueString\('(\w+)', .*\.outputs\.(\w+)\.value\]$")]
    private static partial Regex ModuleOutput();

    [GeneratedRegex(@"^\[extensionResourceId\('[^']*/([^'/]+)',")]
    private static partial Regex Scope();
}
