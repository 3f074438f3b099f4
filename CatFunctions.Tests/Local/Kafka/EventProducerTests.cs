using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Kafka;

public sealed class EventProducerTests : IDisposable
{
    private const int Partitions = 3;

    private readonly TestKafka _kafka = new(Partitions, new() { ["topic.metadata.propagation.max.ms"] = "0", ["topic.metadata.refresh.interval.ms"] = "200" });
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(60));
    private readonly EventProducer _producer;
    private int _produced;

    public EventProducerTests() => _producer = _kafka.NewProducer();

    public void Dispose()
    {
        _producer.Dispose();
        _kafka.Dispose();
        _timeout.Dispose();
    }

    [Fact]
    public async Task What_is_produced_while_the_broker_knows_no_topic_waits_until_it_does_in_the_order_of_each_key()
    {
        await DeliverAsync(100);
        var producing = LoseTopicAsync();
        await _kafka.Output.WaitForAsync("is failing: ");
        _kafka.Broker.SetTopicError(ErrorCode.NoError);
        await producing;
        await FlushAsync();

        ShouldHoldAll();
        foreach (var numbers in Consume().Values)
        {
            numbers.ShouldBe(numbers.Order());
        }
    }

    [Fact]
    public async Task Producing_continues_after_the_topic_was_deleted_and_created_again()
    {
        await DeliverAsync(100);
        _kafka.Broker.RecreateTopic(Partitions);
        _produced = 0;

        await DeliverAsync(2000);

        ShouldHoldAll();
    }

    [Theory]
    [InlineData(ErrorCode.UnknownProducerId)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(ErrorCode.InvalidProducerEpoch)]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    public async Task After_an_error_that_the_client_cannot_recover_from_every_event_still_arrives(ErrorCode error)
    {
        await DeliverAsync(100);

        _kafka.Broker.FailProducing(error, error, error, error);
        await DeliverAsync(2000);
        await DeliverAsync(100);

        ShouldHoldAll();
        _kafka.Status.Produced.ShouldBe(2200);
    }

    [Fact]
    public async Task An_event_that_may_be_in_Kafka_already_says_so_when_it_is_sent_again()
    {
        await DeliverAsync(1);

        _kafka.Broker.FailProducing(ErrorCode.OutOfOrderSequenceNumber);
        await DeliverAsync(1);

        Headers().ShouldBe(["content-type", "content-type, catfunctions-resent"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_event_that_did_not_reach_the_log_says_so_when_it_is_sent_again()
    {
        await ProduceAsync(1);
        await _producer.ResendAsync(new OutgoingEvent("cat-0", "0"u8.ToArray()), _timeout.Token);
        await DeliverAsync(1);

        Headers().ShouldBe(["content-type", "content-type", "content-type, catfunctions-resent"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_event_that_no_broker_accepts_is_given_up_and_the_others_are_not()
    {
        await ProduceAsync(10);
        await _producer.ProduceAsync(new OutgoingEvent("cat-1", new byte[2_000_000]), _timeout.Token);
        await DeliverAsync(10);

        _kafka.Status.Produced.ShouldBe(20);
        _kafka.Status.Undelivered.ShouldBe(1);
        _kafka.Status.LastError!.Message.ShouldStartWith("An event could not be delivered:");
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_topic_that_is_not_there()
    {
        await DeliverAsync(10);
        var producing = LoseTopicAsync();
        await _kafka.Output.WaitForAsync("is failing: ");

        var flushing = _producer.FlushAsync(_timeout.Token);
        await _timeout.CancelAsync();

        (await flushing).ShouldBePositive();
        await Should.ThrowAsync<OperationCanceledException>(producing);
    }

    /// <summary>Has the broker know no topic, and produces until that is told, and some more.</summary>
    /// <remarks>Slowly: nothing is recorded here, so what may be unrecorded must last until then.</remarks>
    private async Task LoseTopicAsync()
    {
        _kafka.Broker.SetTopicError(ErrorCode.UnknownTopicOrPart);
        _kafka.Broker.FailProducing(ErrorCode.UnknownTopicOrPart);
        var end = _kafka.Output.WaitForAsync("is failing: ");
        while (!end.IsCompleted)
        {
            await ProduceAsync(1);
            await Task.Delay(TimeSpan.FromMilliseconds(5), _timeout.Token);
        }

        await ProduceAsync(100);
    }

    /// <summary>Each event is in the topic, and one that appears twice was marked when it was sent again.</summary>
    private void ShouldHoldAll()
    {
        var copies = Read().ToLookup(message => int.Parse(message.Value, CultureInfo.InvariantCulture));
        copies.Select(number => number.Key).Order().ShouldBe(Enumerable.Range(0, _produced));
        copies.ShouldAllBe(events => events.Count() == 1 || events.Any(copy => copy.Headers.Any(header => header.Key == "catfunctions-resent")));
        _kafka.Status.Undelivered.ShouldBe(0);
    }

    private async Task ProduceAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = _produced++;
            await _producer.ProduceAsync(new OutgoingEvent($"cat-{number % 20}", Encoding.UTF8.GetBytes($"{number}")), _timeout.Token);
        }
    }

    private async Task DeliverAsync(int count)
    {
        await ProduceAsync(count);
        await FlushAsync();
    }

    private async Task FlushAsync() => (await _producer.FlushAsync(_timeout.Token)).ShouldBe(0);

    /// <summary>The numbers of the events in the topic, by key.</summary>
    private Dictionary<string, List<int>> Consume() => Read()
        .GroupBy(message => message.Key, message => int.Parse(message.Value, CultureInfo.InvariantCulture))
        .ToDictionary(numbers => numbers.Key, numbers => numbers.ToList());

    private IEnumerable<string> Headers() => Read().Select(message => string.Join(", ", message.Headers.Select(header => header.Key)));

    private List<Message<string, string>> Read() => _kafka.Read<string, string>();
}
