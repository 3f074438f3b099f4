using CatFunctions.Local;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class KafkaSettingsTests
{
    private const string WholeNumber = "a whole number in digits alone, such as 1500";
    private const string Fraction = "a number in digits with a point for the fraction, such as 0.5 or 1500";

    [Fact]
    public void Properties_reach_both_clients()
    {
        var settings = With("security.protocol", "sasl_ssl");

        settings.ForProducer().SecurityProtocol.ShouldBe(SecurityProtocol.SaslSsl);
        settings.ForConsumer().SecurityProtocol.ShouldBe(SecurityProtocol.SaslSsl);
    }

    [Fact]
    public void A_property_overrides_our_default() =>
        With("linger.ms", "50").ForProducer().LingerMs.ShouldBe(50);

    [Fact]
    public void Heartbeats_follow_the_session_timeout() =>
        With("session.timeout.ms", "1500").ForConsumer().HeartbeatIntervalMs.ShouldBe(500);

    [Fact]
    public void Partitions_that_are_added_are_looked_for_often_enough_to_be_found_within_30_seconds()
    {
        Embedded.ForConsumer().TopicMetadataRefreshIntervalMs!.Value.ShouldBeInRange(1, 15_000);
        Embedded.ForProducer().TopicMetadataRefreshIntervalMs!.Value.ShouldBeInRange(1, 15_000);
    }

    [Fact]
    public void Heartbeats_can_be_set() =>
        With("heartbeat.interval.ms", "123").ForConsumer().HeartbeatIntervalMs.ShouldBe(123);

    [Theory]
    [InlineData("enable.idempotence")]
    [InlineData("acks")]
    [InlineData("request.required.acks")]
    [InlineData("enable.auto.offset.store")]
    [InlineData("auto.offset.reset")]
    [InlineData("bootstrap.servers")]
    [InlineData("group.id")]
    public void What_exactly_once_depends_on_cannot_be_set(string property)
    {
        var settings = With(property, "1");

        Should.Throw<UsageException>(settings.ForProducer).Message.ShouldContain($"Kafka:{property}");
        Should.Throw<UsageException>(settings.ForConsumer);
    }

    [Theory]
    [InlineData("no.such.property", "1")]
    [InlineData("session.timeout.ms", "soon")]
    public void A_property_that_librdkafka_does_not_know_is_wrong_usage(string property, string value) =>
        Should.Throw<UsageException>(() => KafkaSettings.Build(() =>
            new ConsumerBuilder<Null, Null>(With(property, value).ForConsumer()).Build()))
            .Message.ShouldContain(property);

    [Theory]
    [InlineData("session.timeout.ms", "6,000", WholeNumber)]
    [InlineData("session.timeout.ms", "6000.5", WholeNumber)]
    [InlineData("session.timeout.ms", "06000", WholeNumber)]
    [InlineData("queued.min.messages", "1e5", WholeNumber)]
    [InlineData("retry.backoff.ms", "0x10", WholeNumber)]
    [InlineData("socket.timeout.ms", "30s", WholeNumber)]
    [InlineData("delivery.timeout.ms", "30,000", WholeNumber)]
    [InlineData("retries", "1e5", WholeNumber)]
    [InlineData("max.in.flight.requests.per.connection", "05", WholeNumber)]
    [InlineData("fetch.message.max.bytes", "1 000", WholeNumber)]
    [InlineData("topic.metadata.refresh.fast.cnt", "1.5", WholeNumber)]
    [InlineData("log_level", "0x7", WholeNumber)]
    [InlineData("session.timeout.ms", "4294973296", "a number up to 2147483647")]
    [InlineData("delivery.timeout.ms", "99999999999999999999", "a number up to 2147483647")]
    [InlineData("reconnect.backoff.ms", "-4294967196", "a number up to 2147483647")]
    [InlineData("linger.ms", "1,5", Fraction)]
    [InlineData("linger.ms", "0x10", Fraction)]
    [InlineData("queue.buffering.max.ms", "1,5", Fraction)]
    public void A_number_that_librdkafka_takes_for_another_one_is_wrong_usage(string property, string value, string takes) =>
        Should.Throw<UsageException>(With(property, value).ForProducer).Message.ShouldBe($"Kafka:{property} takes {takes}, not '{value}'.");

    [Theory]
    [InlineData("client.id", "0123")]
    [InlineData("sasl.password", "1,5")]
    [InlineData("queue.buffering.max.ms", "0.5")]
    [InlineData("delivery.timeout.ms", "2147483647")]
    [InlineData("session.timeout.ms", "6000")]
    public void Other_properties_are_as_they_are(string property, string value) =>
        With(property, value).ForConsumer().Get(property).ShouldBe(value);

    [Fact]
    public void The_embedded_broker_keeps_what_may_be_unrecorded_and_the_batch_it_came_in() =>
        (KafkaSettings.EmbeddedByteLimit + Embedded.ForProducer().BatchSize!.Value)
            .ShouldBeLessThanOrEqualTo(EmbeddedBroker.PartitionCapacity);

    private static KafkaSettings Embedded { get; } = With("batch.size", "9999999") with { IsEmbedded = true };

    private static KafkaSettings With(string property, string value) => new(
        "127.0.0.1:9092", "cats", IsEmbedded: false, new Dictionary<string, string> { [property] = value });
}
