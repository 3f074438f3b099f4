using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.FunctionApp.Host;
using CatFunctions.Tests.Local;
using CatFunctions.Tests.Photos;
using Confluent.Kafka;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>The whole pipeline through the function app: timer, Kafka, log.</summary>
public sealed class FunctionPipelineTests : IDisposable
{
    private const string Topic = "cat_photo_events";
    private const int Partitions = 3;
    private static readonly DateTime Time = new(2026, 11, 22, 7, 30, 15, 123, DateTimeKind.Utc);

    private readonly EmbeddedBroker _broker = new(Topic, Partitions);
    private readonly TempFolder _folder = new();
    private readonly KafkaExtension _kafka;

    public FunctionPipelineTests() => _kafka = new KafkaExtension(_broker.BootstrapServers, Topic, Partitions);

    public void Dispose()
    {
        _broker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_tick_is_in_the_log_once_however_often_it_is_fired_for_and_delivered()
    {
        await using var host = await StartAsync();
        var ticks = Ticks(3);
        var events = await ProduceAsync(host, ticks);
        (await ProduceAsync(host, [ticks[^1]])).ShouldBe(0);
        var batches = _kafka.ReadBatches(events);
        await RecordAsync(host, batches);
        await RecordAsync(host, batches);

        await ShouldHoldOnceAsync(events);
        host.Log.ShouldContain(line => line.Message == "Recorded 256 events, 0 redelivered, 0 dead letters, 0 offsets skipped");
        host.Log.ShouldContain(line => line.Message == "Recorded 0 events, 256 redelivered, 0 dead letters, 0 offsets skipped");
        (await host.StopWorkerAsync()).ShouldBe(0);
        host.Worker.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_of_a_batch_loses_nothing_and_records_nothing_twice()
    {
        int events;
        TypedData[] batches;
        await using (var host = await StartAsync())
        {
            events = await ProduceAsync(host, Ticks(3));
            batches = _kafka.ReadBatches(events);
            await RecordAsync(host, batches[..1]);
            await KillInTheMiddleOfAsync(host, batches[1]);
        }

        // At any other moment.
        await using (var host = await StartAsync())
        {
            await RecordAsync(host, batches[..2]);
            var third = host.InvokeAsync("RecordCatEvents", batches[2]);
            host.Worker.Kill();
            await Task.WhenAny(third);
        }

        await using (var host = await StartAsync())
        {
            await RecordAsync(host, batches);
        }

        await ShouldHoldOnceAsync(events);
    }

    [Fact]
    public async Task What_is_not_an_event_is_a_dead_letter_with_the_bytes_of_its_record()
    {
        byte[] noText = [0xFF, 0x00];
        await using var host = await StartAsync();

        await RecordAsync(host, [KafkaExtension.ToBatch([NewRecord(41, key: noText, value: noText), NewRecord(42, key: null, value: null)])]);

        var letters = LogFolder.Lines(_folder.Path, LogKind.DeadLetters).Select(line => JsonElement.Parse(line)).ToArray();
        letters.Length.ShouldBe(2);
        letters.ShouldAllBe(letter => letter.GetProperty("kafkapartition").GetInt32() == 2);
        letters.ShouldAllBe(letter => letter.GetProperty("time").GetDateTime() == Time);
        letters.Select(letter => letter.GetProperty("kafkaoffset").GetInt64()).ShouldBe([41, 42]);
        letters[0].GetProperty("key").GetBytesFromBase64().ShouldBe(noText);
        letters[0].GetProperty("value").GetBytesFromBase64().ShouldBe(noText);
        letters.ShouldAllBe(letter => letter.GetProperty("headers").GetRawText()
            == """[{"key":"content-type","value":"dGV4dC9wbGFpbg=="},{"key":"none","value":null}]""");
        letters[1].GetProperty("key").ValueKind.ShouldBe(JsonValueKind.Null);
        letters[1].GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task The_trace_of_an_invocation_goes_on_in_the_headers_of_its_records_and_is_exported()
    {
        await using var collector = await FakeCatApi.StartAsync(FakeCatApi.Status(200));
        await using var host = await FunctionsHost.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));

        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", due: null));
        (await host.StopWorkerAsync()).ShouldBe(0);

        var traceId = FunctionsHost.TraceParent.Split('-')[1];
        messages.ShouldAllBe(message => Encoding.UTF8.GetString(message.Headers.GetLastBytes("traceparent")).StartsWith($"00-{traceId}-"));
        string[] signals = ["/v1/traces", "/v1/metrics", "/v1/logs"];
        signals.ShouldBeSubsetOf(collector.Requests.Select(request => request.PathAndQuery));
    }

    /// <summary>The host shows a line on its console only if it knows the invocation.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_of_a_function_names_its_invocation_whether_telemetry_is_exported_or_not(bool isExported)
    {
        await using var collector = await FakeCatApi.StartAsync(FakeCatApi.Status(200));
        await using var host = await FunctionsHost.StartAsync(
            isExported ? [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")] : []);

        var response = await host.FireTimerAsync("ProduceCatEvents", due: null);

        var line = host.Log.Single(line => line.Message.StartsWith("Producing the ", StringComparison.Ordinal));
        line.InvocationId.ShouldBe(response.InvocationId);
    }

    private Task<FunctionsHost> StartAsync() => FunctionsHost.StartAsync(
        ("CatEventsSchedule", "*/5 * * * * *"), ("Simulation__EventsPerSecond", "100"), ("EventLog__Directory", _folder.Path));

    /// <summary>The newest ticks that are due, the oldest first.</summary>
    private static DateTimeOffset[] Ticks(int count)
    {
        var now = DateTimeOffset.UtcNow;
        var newest = now.AddTicks(-(now.Ticks % TimeSpan.FromSeconds(5).Ticks));
        return [.. Enumerable.Range(1 - count, count).Select(i => newest.AddSeconds(5 * i))];
    }

    /// <summary>Fires the timer for each of the ticks.</summary>
    /// <returns>How many events were produced.</returns>
    private async Task<int> ProduceAsync(FunctionsHost host, DateTimeOffset[] ticks)
    {
        var events = 0;
        foreach (var tick in ticks)
        {
            var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", tick));
            await _kafka.ProduceAsync(messages);
            events += messages.Length;
        }

        return events;
    }

    private static async Task RecordAsync(FunctionsHost host, IEnumerable<TypedData> batches)
    {
        foreach (var batch in batches)
        {
            var response = await host.InvokeAsync("RecordCatEvents", batch);
            response.Result.Status.ShouldBe(StatusResult.Types.Status.Success, response.Result.ToString());
        }
    }

    /// <summary>Asks the log's own verifier, and counts without any of the project's code.</summary>
    private async Task ShouldHoldOnceAsync(int events)
    {
        await Verifier.VerifyAsync(_folder.Path);
        var ids = LogFolder.Lines(_folder.Path, LogKind.Events).Select(line => JsonElement.Parse(line).GetProperty("id").GetString()).ToArray();
        ids.Length.ShouldBe(events);
        ids.ShouldBeUnique();
        LogFolder.Lines(_folder.Path, LogKind.DeadLetters).ShouldBeEmpty();
    }

    /// <summary>
    /// Holds the lock of one partition, which keeps the worker from the end of the batch, and kills it when the other
    /// partitions have their part of the batch.
    /// </summary>
    private async Task KillInTheMiddleOfAsync(FunctionsHost host, TypedData batch)
    {
        var partitions = batch.CollectionModelBindingData.ModelBindingData
            .Select(record => KafkaRecordProto.Parser.ParseFrom(record.Content).Partition).ToArray();
        var others = partitions.Count(partition => partition != partitions[0]);
        others.ShouldBeGreaterThan(0);
        var before = LogFolder.CountLines(_folder.Path, LogKind.Events);

        await using var heldLock = new FileStream(
            Path.Combine(_folder.Path, ".locks", $"events-{partitions[0]}"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var invocation = host.InvokeAsync("RecordCatEvents", batch);
        await Eventually.IsTrueAsync(() => LogFolder.CountLines(_folder.Path, LogKind.Events) == before + others);
        invocation.IsCompleted.ShouldBeFalse();
        host.Worker.Kill();
        await Should.ThrowAsync<IOException>(invocation);
    }

    private static ConsumeResult<byte[], byte[]> NewRecord(long offset, byte[]? key, byte[]? value) => new()
    {
        Topic = Topic,
        Partition = 2,
        Offset = offset,
        Message = new Message<byte[], byte[]>
        {
            Key = key!,
            Value = value!,
            Headers = [new Header("content-type", "text/plain"u8.ToArray()), new Header("none", null)],
            Timestamp = new Timestamp(Time),
        },
    };
}
