using CatFunctions.Tests.FunctionApp.Host;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>With wrong settings the worker ends before the host learns of any function, and says in one line what to do.</summary>
public sealed class WrongSettingsTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData(
        "CatEventsSchedule is not set: set it to six NCRONTAB fields, such as '*/5 * * * * *'. "
        + "KafkaBrokerList is not set: set it to HOST:PORT, several with commas. "
        + "KafkaTopic is not set: set it to the topic of the events. "
        + "KafkaConsumerGroup is not set: set it to the consumer group that records.",
        "CatEventsSchedule=", "KafkaBrokerList=", "KafkaTopic=", "KafkaConsumerGroup= ")]
    [InlineData(
        "The event log is not configured: set EventLog:Directory to a folder, or EventLog:Container to a blob container.",
        "EventLog__Directory=")]
    [InlineData(
        "CatApi:Limit is 0: it must be between 1 and 100. "
        + "The event log is not configured: set EventLog:Directory to a folder, or EventLog:Container to a blob container.",
        "EventLog__Directory=", "CatApi__Limit=0")]
    [InlineData(
        "CatEventsSchedule: 'every minute' is not a schedule: give six NCRONTAB fields, such as '*/5 * * * * *' for every 5 seconds. "
        + "CatApi:Limit is 0: it must be between 1 and 100. "
        + "Simulation:EventsPerSecond is 0: set it above 0 and to at most 1,000,000. "
        + "Simulation:Rhythm is 2: set it from 0 to 1.",
        "CatEventsSchedule=every minute", "CatApi__Limit=0", "Simulation__EventsPerSecond=0", "Simulation__Rhythm=2")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT is collector:4317: set it to an address such as http://localhost:4317.",
        "OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317")]
    [InlineData(
        "APPLICATIONINSIGHTS_CONNECTION_STRING is not a connection string: set it to the one that the portal shows for Application Insights, "
        + "InstrumentationKey=…;IngestionEndpoint=https://…, or remove it.",
        $"APPLICATIONINSIGHTS_CONNECTION_STRING={Secret}")]
    [InlineData(
        "APPLICATIONINSIGHTS_CONNECTION_STRING is not a connection string: set it to the one that the portal shows for Application Insights, "
        + "InstrumentationKey=…;IngestionEndpoint=https://…, or remove it.",
        "APPLICATIONINSIGHTS_CONNECTION_STRING=InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=westeurope.in")]
    [InlineData(
        "CatApi:Limit is 'ten': set it to a whole number in digits alone, such as 1500.",
        "CatApi__Limit=ten")]
    [InlineData(
        "KafkaProtocol is Tls: set it to Plaintext, Ssl, SaslPlaintext or SaslSsl.",
        "KafkaProtocol=Tls")]
    [InlineData(
        "KafkaProtocol is 3: set it to Plaintext, Ssl, SaslPlaintext or SaslSsl.",
        "KafkaProtocol=3")]
    [InlineData(
        "KafkaProtocol is SaslSsl, but KafkaUsername is not set: set it to the user's name. "
        + "KafkaProtocol is SaslSsl, but KafkaPassword is not set: set it to the user's password.",
        "KafkaProtocol=SaslSsl")]
    [InlineData(
        "KafkaAuthenticationMode is Gssapi: set it to Plain, ScramSha256, ScramSha512 or OAuthBearer.",
        "KafkaProtocol=SaslSsl", "KafkaAuthenticationMode=Gssapi", "KafkaUsername=tom", $"KafkaPassword={Secret}")]
    [InlineData(
        "KafkaAuthenticationMode, KafkaUsername or KafkaPassword is set, but KafkaProtocol is Plaintext, which does not use them: "
        + "set it to SaslSsl or SaslPlaintext, or remove them.",
        "KafkaUsername=tom", $"KafkaPassword={Secret}")]
    [InlineData(
        "KafkaProtocol is SaslPlaintext, but KafkaUsername is not set: set it to the user's name. "
        + "KafkaCaCertificate is set, but KafkaProtocol is SaslPlaintext, which does not use it: "
        + "set it to SaslSsl or Ssl, or remove KafkaCaCertificate.",
        "KafkaProtocol=SaslPlaintext", $"KafkaPassword={Secret}", $"KafkaCaCertificate=-----BEGIN {Secret}")]
    [InlineData(
        "KafkaAuthenticationMode is OAuthBearer, but KafkaOAuthClientId is not set: set it, as the provider of the tokens says. "
        + "KafkaAuthenticationMode is OAuthBearer, but KafkaOAuthClientSecret is not set: set it, as the provider of the tokens says.",
        "KafkaProtocol=SaslSsl", "KafkaAuthenticationMode=OAuthBearer", "KafkaOAuthTokenEndpoint=https://login.example.com/token")]
    [InlineData(
        "KafkaUsername or KafkaPassword is set, but KafkaAuthenticationMode is OAuthBearer, which does not use them: remove them.",
        "KafkaProtocol=SaslSsl", "KafkaAuthenticationMode=OAuthBearer", "KafkaOAuthTokenEndpoint=https://login.example.com/token",
        "KafkaOAuthClientId=app", $"KafkaOAuthClientSecret={Secret}", $"KafkaPassword={Secret}")]
    [InlineData(
        "KafkaOAuthClientId is set, but OAuth is not used: set KafkaProtocol to SaslSsl and KafkaAuthenticationMode to OAuthBearer, "
        + "or remove KafkaOAuthClientId.",
        "KafkaOAuthClientId=tom")]
    [InlineData(
        "Of KafkaClientCertificate and KafkaClientKey only one is set: set both of them, or none.",
        "KafkaProtocol=Ssl", $"KafkaClientKey=-----BEGIN PRIVATE KEY-----{Secret}")]
    [InlineData(
        "KafkaClientKey is not a key in PKCS #8 that is not encrypted, which begins with -----BEGIN PRIVATE KEY-----: "
        + "convert it with openssl pkcs8 -topk8 -nocrypt, or set KafkaClientKey to the path of its file. "
        + "KafkaClientKeyPassword is set, but KafkaClientKey is not a file: remove the password, or set KafkaClientKey to the path of a file.",
        "KafkaProtocol=Ssl", "KafkaClientCertificate=-----BEGIN CERTIFICATE-----", $"KafkaClientKey=-----BEGIN ENCRYPTED PRIVATE KEY-----{Secret}",
        $"KafkaClientKeyPassword={Secret}")]
    [InlineData(
        "KafkaClientKey is neither a key in PEM nor the path of a file that exists.",
        "KafkaProtocol=Ssl", "KafkaClientCertificate=-----BEGIN CERTIFICATE-----", $"KafkaClientKey=Bag Attributes\n    friendlyName: tom\n{Secret}")]
    [InlineData(
        "KafkaClientKey is neither a key in PEM nor the path of a file that exists.",
        "KafkaProtocol=Ssl", "KafkaClientCertificate=-----BEGIN CERTIFICATE-----", $"KafkaClientKey=LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t{Secret}")]
    [InlineData(
        "KafkaClientCertificate is neither a certificate in PEM nor the path of a file that exists.",
        "KafkaProtocol=Ssl", $"KafkaClientCertificate=MIIKcAIBAzCCCiYGCSqGSIb3DQEHAaCCChcE{Secret}", "KafkaClientKey=-----BEGIN PRIVATE KEY-----")]
    public async Task Wrong_settings_are_one_line_that_says_what_to_do_and_tells_no_secret(string error, params string[] settings) =>
        await ShouldEndAsync(error, settings);

    [Fact]
    public async Task A_certificate_file_that_is_missing_is_looked_for_in_the_folder_of_the_app() => await ShouldEndAsync(
        "KafkaCaCertificate is neither a certificate in PEM nor the path of a file that exists: there is no "
        + $"{Path.Combine(FunctionsHost.AppFolder, "certificates", "ca.pem")}.",
        "KafkaProtocol=Ssl",
        "KafkaCaCertificate=certificates/ca.pem");

    private static async Task ShouldEndAsync(string error, params string[] settings)
    {
        await using var host = await FunctionsHost.StartAsync(
            [.. settings.Select(setting => setting.Split('=', 2)).Select(setting => (setting[0], setting[1]))]);

        host.Functions.ShouldBeEmpty();
        (await host.Worker.WaitForExitAsync()).ShouldBe(1);
        host.Worker.Errors.ShouldBe([$"The app settings are not right. {error}"]);
        host.Worker.Output.ShouldBeEmpty();
        host.FromWorker.ShouldBeEmpty();
    }
}
