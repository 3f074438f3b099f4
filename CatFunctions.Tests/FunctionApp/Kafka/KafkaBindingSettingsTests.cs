using System.Text.Json.Nodes;
using CatFunctions.Kafka;

namespace CatFunctions.Tests.FunctionApp.Kafka;

/// <summary>The bindings are as the worker lists them; what is added is what the Kafka extension reads.</summary>
public sealed class KafkaBindingSettingsTests : IDisposable
{
    private const string Output = """
        {"name":"$return","type":"kafka","direction":"Out","brokerList":"%KafkaBrokerList%","topic":"%KafkaTopic%","enableIdempotence":true}
        """;

    private const string Trigger = """
        {"name":"records","type":"kafkaTrigger","direction":"In","properties":{"supportsDeferredBinding":"True"},"brokerList":"%KafkaBrokerList%","topic":"%KafkaTopic%","consumerGroup":"%KafkaConsumerGroup%","keyDataType":"Binary","cardinality":"Many"}
        """;

    private const string Certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Output)]
    [InlineData(Trigger)]
    public void Without_settings_the_broker_is_reached_in_plain_text(string binding) =>
        Added(binding, Settings.Required()).ToJsonString().ShouldBe("""{"protocol":"Plaintext"}""");

    [Theory]
    [InlineData(Output)]
    [InlineData(Trigger)]
    public void Over_sasl_and_tls_the_binding_names_the_settings_of_user_and_password(string binding)
    {
        var settings = Settings.With(s =>
            (s.KafkaProtocol, s.KafkaAuthenticationMode, s.KafkaUsername, s.KafkaPassword) =
            ("SaslSsl", "ScramSha512", "tom", "hunter2"));

        Added(binding, settings).ToJsonString().ShouldBe(
            """{"protocol":"SaslSsl","authenticationMode":"ScramSha512","username":"KafkaUsername","password":"KafkaPassword"}""");
    }

    [Theory]
    [InlineData(Output)]
    [InlineData(Trigger)]
    public void Event_hubs_is_plain_authentication_over_tls(string binding)
    {
        var settings = Settings.With(s =>
            (s.KafkaBrokerList, s.KafkaProtocol, s.KafkaUsername, s.KafkaPassword) =
            ("cats.servicebus.windows.net:9093", "SaslSsl", "$ConnectionString", "Endpoint=sb://cats.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=s="));

        Added(binding, settings).ToJsonString().ShouldBe(
            """{"protocol":"SaslSsl","authenticationMode":"Plain","username":"KafkaUsername","password":"KafkaPassword"}""");
    }

    [Fact]
    public void A_certificate_in_a_setting_is_named_by_its_setting()
    {
        var settings = Settings.With(s => (s.KafkaProtocol, s.KafkaCaCertificate) = ("Ssl", Certificate));

        Added(Trigger, settings).ToJsonString().ShouldBe("""{"protocol":"Ssl","sslCaPEM":"KafkaCaCertificate"}""");
    }

    [Fact]
    public void A_certificate_in_a_file_is_named_by_its_full_path()
    {
        var file = CertificateFile();
        var relative = Path.GetRelativePath(AppContext.BaseDirectory, file);
        var settings = Settings.With(s => (s.KafkaProtocol, s.KafkaCaCertificate) = ("Ssl", relative));

        Problems(settings).ShouldBeEmpty();
        Added(Trigger, settings)["sslCaLocation"]!.GetValue<string>().ShouldBe(file);
    }

    [Theory]
    [InlineData("SASL_SSL", "SCRAM-SHA-256", "SaslSsl", "ScramSha256")]
    [InlineData("saslPlaintext", "plain", "SaslPlaintext", "Plain")]
    public void Names_may_be_those_of_kafka_in_any_case(string protocol, string mode, string protocolWritten, string modeWritten)
    {
        var settings = Settings.With(s =>
            (s.KafkaProtocol, s.KafkaAuthenticationMode, s.KafkaUsername, s.KafkaPassword) = (protocol, mode, "tom", "hunter2"));

        Problems(settings).ShouldBeEmpty();
        var added = Added(Trigger, settings);
        added["protocol"]!.GetValue<string>().ShouldBe(protocolWritten);
        added["authenticationMode"]!.GetValue<string>().ShouldBe(modeWritten);
    }

    [Fact]
    public void A_binding_that_was_changed_before_stays_the_same()
    {
        var security = new KafkaBindingSettings(Settings.With(s => (s.KafkaProtocol, s.KafkaCaCertificate) = ("Ssl", Certificate)));
        var once = security.ApplyTo(Trigger);

        security.ApplyTo(once).ShouldBe(once);
    }

    [Fact]
    public void A_binding_that_is_not_kafkas_is_left_alone()
    {
        const string Timer = """{ "name":"timer", "type":"timerTrigger", "schedule":"%CatEventsSchedule%" }""";

        new KafkaBindingSettings(Settings.Required()).ApplyTo(Timer).ShouldBeSameAs(Timer);
    }

    [Fact]
    public void Empty_settings_are_the_same_as_unset_ones()
    {
        var settings = Settings.With(s =>
            (s.KafkaProtocol, s.KafkaAuthenticationMode, s.KafkaUsername, s.KafkaPassword, s.KafkaCaCertificate) = ("", "", "", " ", ""));

        Problems(settings).ShouldBeEmpty();
        Added(Output, settings).ToJsonString().ShouldBe("""{"protocol":"Plaintext"}""");
    }

    [Theory]
    [InlineData("Tls", null, null, null, "KafkaProtocol is Tls: set it to Plaintext, Ssl, SaslPlaintext or SaslSsl.")]
    [InlineData("3", null, null, null, "KafkaProtocol is 3: set it to Plaintext, Ssl, SaslPlaintext or SaslSsl.")]
    [InlineData("SaslSsl", null, null, "hunter2", "KafkaProtocol is SaslSsl, but KafkaUsername is not set: set it to the user's name.")]
    [InlineData("SaslSsl", null, "tom", null, "KafkaProtocol is SaslSsl, but KafkaPassword is not set: set it to the user's password.")]
    [InlineData("SaslSsl", "Gssapi", "tom", "hunter2", "KafkaAuthenticationMode is Gssapi: set it to Plain, ScramSha256 or ScramSha512.")]
    [InlineData(null, null, "tom", "hunter2", "KafkaAuthenticationMode, KafkaUsername or KafkaPassword is set, but KafkaProtocol is Plaintext, which does not use them: set it to SaslSsl or SaslPlaintext, or remove them.")]
    public void A_half_configured_broker_is_one_clear_error(
        string? protocol, string? mode, string? user, string? password, string error)
    {
        var settings = Settings.With(s =>
            (s.KafkaProtocol, s.KafkaAuthenticationMode, s.KafkaUsername, s.KafkaPassword) = (protocol, mode, user, password));

        Problems(settings).ShouldBe([error]);
    }

    [Fact]
    public void A_certificate_that_nobody_would_look_at_is_an_error() =>
        Problems(Settings.With(s => s.KafkaCaCertificate = Certificate)).ShouldHaveSingleItem()
            .ShouldStartWith("KafkaCaCertificate is set, but KafkaProtocol is Plaintext");

    [Fact]
    public void A_certificate_file_that_is_missing_is_an_error_that_says_where_it_was_looked_for()
    {
        var settings = Settings.With(s => (s.KafkaProtocol, s.KafkaCaCertificate) = ("Ssl", "certificates/ca.pem"));

        Problems(settings).ShouldHaveSingleItem()
            .ShouldContain(Path.Combine(AppContext.BaseDirectory, "certificates", "ca.pem"));
    }

    private static IEnumerable<string> Problems(AppSettings settings) => new KafkaBindingSettings(settings).Problems();

    /// <summary>What was added to a binding. Everything else must have stayed.</summary>
    private static JsonObject Added(string binding, AppSettings settings)
    {
        var after = JsonNode.Parse(new KafkaBindingSettings(settings).ApplyTo(binding))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(binding)!.AsObject())
        {
            JsonNode.DeepEquals(after[name], value).ShouldBeTrue(name);
            after.Remove(name);
        }

        return after;
    }

    private string CertificateFile()
    {
        var file = Path.Combine(_folder.Path, "ca.pem");
        File.WriteAllText(file, Certificate);
        return file;
    }
}
