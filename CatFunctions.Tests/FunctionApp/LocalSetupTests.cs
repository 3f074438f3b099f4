using CatFunctions.Tests.Deployment;
using YamlDotNet.RepresentationModel;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>What is needed for <c>func start</c>: host.json, the example of the settings and the compose file agree.</summary>
public sealed partial class LocalSetupTests
{
    private static readonly JsonElement Host = JsonElement.Parse(Repository.Read("host.json"));

    private static readonly JsonElement Settings =
        JsonElement.Parse(Repository.Read("local.settings.json.example")).GetProperty("Values");

    private static readonly YamlMappingNode Services =
        (YamlMappingNode)Repository.ReadYaml("docker-compose.kafka.yml")["services"];

    [Fact]
    public void A_failed_batch_is_never_passed_over()
    {
        var kafka = Host.GetProperty("extensions").GetProperty("kafka");

        kafka.GetProperty("commitOnFailure").GetBoolean().ShouldBeFalse();
        kafka.GetProperty("maxRetries").GetInt32().ShouldBe(-1);
        kafka.GetProperty("autoOffsetReset").GetString().ShouldBe("Earliest");
    }

    /// <summary>KafkaProducerFactory in WebJobs.Extensions.Kafka makes the category of the name of KafkaProducer.</summary>
    [Fact]
    public void The_error_of_each_single_event_that_a_dead_broker_does_not_take_is_off()
    {
        const string Category = "Microsoft.Azure.WebJobs.Extensions.Kafka.KafkaProducer";

        Host.GetProperty("logging").GetProperty("logLevel").GetProperty(Category).GetString().ShouldBe("None");
        Repository.Read("docs/host-json.md").ShouldContain($"`{Category}`");
    }

    [Fact]
    public void Every_kafka_setting_of_host_json_has_its_documented_reason() =>
        Host.GetProperty("extensions").GetProperty("kafka").EnumerateObject()
            .ShouldAllBe(setting => Repository.Read("docs/host-json.md").Contains($"`{setting.Name}: {setting.Value.GetRawText().Trim('"')}`"));

    [Fact]
    public void The_host_reports_as_the_app_does() =>
        Host.GetProperty("telemetryMode").GetString().ShouldBe("OpenTelemetry");

    [Fact]
    public void The_app_brings_its_extensions_itself() => Host.TryGetProperty("extensionBundle", out _).ShouldBeFalse();

    [Fact]
    public void The_kafka_of_the_settings_is_the_one_in_docker()
    {
        var broker = Setting("KafkaBrokerList");

        Ports("kafka").ShouldBe([$"127.0.0.1:{PortOf(broker)}:{PortOf(broker)}"]);
        Environment("kafka", "KAFKA_ADVERTISED_LISTENERS").Split(',').ShouldContain($"HOST://{broker}");
        Environment("kafka", "KAFKA_LISTENERS").Split(',').ShouldContain($"HOST://:{PortOf(broker)}");
        Environment("kafka", "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP").Split(',')
            .ShouldContain($"HOST:{Setting("KafkaProtocol").ToUpperInvariant()}");
    }

    [Fact]
    public void The_topic_of_the_settings_is_made_in_docker_with_three_partitions()
    {
        var arguments = ((YamlSequenceNode)Services["kafka-topic"]["command"]).Select(argument => argument.ToString());

        string[] expected = ["--create", "--if-not-exists", $"--topic={Setting("KafkaTopic")}", "--partitions=3"];
        expected.ShouldBeSubsetOf(arguments);
    }

    [Fact]
    public void The_storage_of_the_settings_is_azurite_at_its_usual_ports()
    {
        Setting("AzureWebJobsStorage").ShouldBe("UseDevelopmentStorage=true");

        Ports("azurite").ShouldBe(["127.0.0.1:10000:10000", "127.0.0.1:10001:10001", "127.0.0.1:10002:10002"]);
    }

    [Fact]
    public void No_service_can_be_reached_from_another_machine() =>
        Services.Children.Keys.SelectMany(service => Ports(service.ToString()))
            .ShouldAllBe(port => port.StartsWith("127.0.0.1:", StringComparison.Ordinal));

    [Fact]
    public void Every_image_is_pinned_to_a_version_and_its_digest() =>
        Services.Children.Values.Select(service => service["image"].ToString())
            .ShouldAllBe(image => PinnedImage().IsMatch(image));

    private static string Setting(string name) => Settings.GetProperty(name).GetString()!;

    private static string PortOf(string broker) => broker.Split(':')[1];

    private static string Environment(string service, string name) => Services[service]["environment"][name].ToString();

    private static IEnumerable<string> Ports(string service) =>
        ((YamlMappingNode)Services[service]).Children.TryGetValue("ports", out var ports)
            ? ((YamlSequenceNode)ports).Select(port => port.ToString())
            : [];

    [GeneratedRegex("^[a-z0-9./-]+:v?[0-9]+(\\.[0-9]+)+@sha256:[0-9a-f]{64}$")]
    private static partial Regex PinnedImage();
}
