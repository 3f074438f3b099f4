using CatFunctions.Tests.FunctionApp.Host;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>
/// What the worker lists is all that the host knows of the functions. Of a secret, a binding has only the name of its
/// setting: the extension looks it up (ConfigurationExtensions.ResolveSecureSetting in WebJobs.Extensions.Kafka).
/// </summary>
public sealed class BindingsTests
{
    private const string Certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

    [Fact]
    public async Task By_default_and_with_settings_that_are_there_but_empty_the_broker_is_reached_in_plain_text() =>
        await ShouldListAsync(
            """ "protocol": "Plaintext" """,
            ("KafkaProtocol", ""), ("KafkaAuthenticationMode", ""), ("KafkaUsername", ""), ("KafkaPassword", " "), ("KafkaCaCertificate", ""));

    [Fact]
    public async Task Over_sasl_and_tls_the_bindings_name_the_settings_of_user_and_password() => await ShouldListAsync(
        """ "protocol": "SaslSsl", "authenticationMode": "ScramSha512", "username": "KafkaUsername", "password": "KafkaPassword" """,
        ("KafkaProtocol", "SaslSsl"), ("KafkaAuthenticationMode", "ScramSha512"), ("KafkaUsername", "tom"), ("KafkaPassword", "hunter2"));

    [Fact]
    public async Task Event_hubs_is_plain_authentication_over_tls() => await ShouldListAsync(
        """ "protocol": "SaslSsl", "authenticationMode": "Plain", "username": "KafkaUsername", "password": "KafkaPassword" """,
        ("KafkaBrokerList", "cats.servicebus.windows.net:9093"),
        ("KafkaProtocol", "SaslSsl"),
        ("KafkaUsername", "$ConnectionString"),
        ("KafkaPassword", "Endpoint=sb://cats.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=s="));

    [Fact]
    public async Task A_certificate_in_a_setting_is_named_by_its_setting() => await ShouldListAsync(
        """ "protocol": "Ssl", "sslCaPEM": "KafkaCaCertificate" """,
        ("KafkaProtocol", "Ssl"), ("KafkaCaCertificate", Certificate));

    [Fact]
    public async Task A_certificate_in_a_file_is_named_by_its_full_path_and_names_may_be_those_of_kafka()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(file, Certificate);

        await ShouldListAsync(
            $"""
            "protocol": "SaslSsl", "authenticationMode": "ScramSha256", "username": "KafkaUsername", "password": "KafkaPassword",
            "sslCaLocation": "{file}"
            """,
            ("KafkaProtocol", "SASL_SSL"),
            ("KafkaAuthenticationMode", "SCRAM-SHA-256"),
            ("KafkaUsername", "tom"),
            ("KafkaPassword", "hunter2"),
            ("KafkaCaCertificate", Path.GetRelativePath(FunctionsHost.AppFolder, file)));
    }

    [Fact]
    public async Task A_client_certificate_and_its_key_in_settings_are_named_by_their_settings() => await ShouldListAsync(
        """ "protocol": "Ssl", "sslCertificatePEM": "KafkaClientCertificate", "sslKeyPEM": "KafkaClientKey" """,
        ("KafkaProtocol", "Ssl"),
        ("KafkaClientCertificate", Certificate),
        ("KafkaClientKey", "Bag Attributes\n    friendlyName: tom\n-----BEGIN PRIVATE KEY-----\nof the app\n-----END PRIVATE KEY-----"));

    [Fact]
    public async Task A_client_certificate_and_its_key_in_files_are_named_by_their_full_paths()
    {
        using var folder = new TempFolder();
        var (certificate, key) = (Path.Combine(folder.Path, "client.pem"), Path.Combine(folder.Path, "client.key"));
        await File.WriteAllTextAsync(certificate, Certificate);
        await File.WriteAllTextAsync(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----");

        await ShouldListAsync(
            $"""
            "protocol": "Ssl", "sslCertificateLocation": "{certificate}", "sslKeyLocation": "{key}", "sslKeyPassword": "KafkaClientKeyPassword"
            """,
            ("KafkaProtocol", "Ssl"), ("KafkaClientCertificate", certificate), ("KafkaClientKey", key), ("KafkaClientKeyPassword", "hunter2"));
    }

    [Fact]
    public async Task Tokens_are_asked_for_as_the_settings_say() => await ShouldListAsync(
        """
        "protocol": "SaslSsl", "authenticationMode": "OAuthBearer", "oAuthBearerMethod": "Oidc",
        "oAuthBearerTokenEndpointUrl": "KafkaOAuthTokenEndpoint", "oAuthBearerClientId": "KafkaOAuthClientId",
        "oAuthBearerClientSecret": "KafkaOAuthClientSecret", "oAuthBearerExtensions": "KafkaOAuthExtensions"
        """,
        ("KafkaProtocol", "SASL_SSL"),
        ("KafkaAuthenticationMode", "OAUTHBEARER"),
        ("KafkaOAuthTokenEndpoint", "https://login.example.com/token"),
        ("KafkaOAuthClientId", "the app"),
        ("KafkaOAuthClientSecret", "hunter2"),
        ("KafkaOAuthExtensions", "logicalCluster=lkc-1,identityPoolId=pool-1"));

    [Fact]
    public async Task Names_may_be_in_any_case() => await ShouldListAsync(
        """ "protocol": "SaslPlaintext", "authenticationMode": "Plain", "username": "KafkaUsername", "password": "KafkaPassword" """,
        ("KafkaProtocol", "saslPlaintext"), ("KafkaAuthenticationMode", "plain"), ("KafkaUsername", "tom"), ("KafkaPassword", "hunter2"));

    /// <summary>Compares all functions, and how their Kafka bindings reach the broker.</summary>
    private static async Task ShouldListAsync(string security, params (string Name, string Value)[] settings)
    {
        await using var host = await FunctionsHost.StartAsync(settings);

        // The host had them listed when the worker started. Bindings that were changed then must not change again.
        var listed = new JsonObject((await host.ListFunctionsAsync()).Select(function => KeyValuePair.Create(
            function.Name,
            (JsonNode?)new JsonArray([.. function.RawBindings.Select(binding => JsonNode.Parse(binding))]))));

        listed.ToJsonString().ShouldBe(JsonNode.Parse(
            $$"""
            {
              "GetAnalytics": [
                {
                  "name": "request", "type": "httpTrigger", "direction": "In",
                  "authLevel": "Function", "methods": ["get", "head"], "route": "analytics"
                },
                { "name": "$return", "type": "http", "direction": "Out" }
              ],
              "GetPhotos": [
                {
                  "name": "request", "type": "httpTrigger", "direction": "In",
                  "authLevel": "Function", "methods": ["get", "head"], "route": "photos"
                },
                { "name": "$return", "type": "http", "direction": "Out" }
              ],
              "GetPhoto": [
                {
                  "name": "request", "type": "httpTrigger", "direction": "In",
                  "authLevel": "Function", "methods": ["get", "head"], "route": "photos/{id}"
                },
                { "name": "$return", "type": "http", "direction": "Out" }
              ],
              "GetRace": [
                {
                  "name": "request", "type": "httpTrigger", "direction": "In",
                  "authLevel": "Function", "methods": ["get", "head"], "route": "race"
                },
                { "name": "$return", "type": "http", "direction": "Out" }
              ],
              "GetDescription": [
                {
                  "name": "request", "type": "httpTrigger", "direction": "In",
                  "authLevel": "Function", "methods": ["get", "head"], "route": "openapi.json"
                },
                { "name": "$return", "type": "http", "direction": "Out" }
              ],
              "GetDashboard": [
                {
                  "name": "request", "type": "httpTrigger", "direction": "In",
                  "authLevel": "Function", "methods": ["get", "head"], "route": "dashboard/{*asset}"
                },
                { "name": "$return", "type": "http", "direction": "Out" }
              ],
              "ProduceCatEvents": [
                {
                  "name": "$return", "type": "kafka", "direction": "Out",
                  "brokerList": "%KafkaBrokerList%", "topic": "%KafkaTopic%", "enableIdempotence": true, {{security}}
                },
                { "name": "timer", "type": "timerTrigger", "direction": "In", "schedule": "%CatEventsSchedule%" }
              ],
              "RecordCatEvents": [
                {
                  "name": "records", "type": "kafkaTrigger", "direction": "In", "properties": { "supportsDeferredBinding": "True" },
                  "brokerList": "%KafkaBrokerList%", "topic": "%KafkaTopic%", "consumerGroup": "%KafkaConsumerGroup%",
                  "keyDataType": "Binary", "cardinality": "Many", {{security}}
                }
              ],
              "ResendCatEvents": [
                {
                  "name": "$return", "type": "kafka", "direction": "Out",
                  "brokerList": "%KafkaBrokerList%", "topic": "%KafkaTopic%", "enableIdempotence": true, {{security}}
                },
                { "name": "timer", "type": "timerTrigger", "direction": "In", "schedule": "30 * * * * *" }
              ]
            }
            """)!.ToJsonString());

        // Perhaps while it still starts its web server.
        (await host.StopWorkerAsync()).ShouldBe(0);
        host.Worker.Errors.ShouldBeEmpty();
    }
}
