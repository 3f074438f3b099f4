using CatFunctions.Core.EventLog.DeadLetters;

namespace CatFunctions.Tests.EventLog;

/// <summary>What a recorder promises, whatever store it writes to.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class EventRecorderContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    [Fact]
    public async Task An_event_stands_in_the_log_as_produced_with_its_position_in_front()
    {
        var result = await Record([TestEvents.Record(123, TestEvents.Utf8(TestEvents.Json), partition: 2)]);

        result.ShouldBe(new RecordResult(1, 0, 0, 0));
        Log.Files(LogKind.Events)
            .ShouldBe(["events/date=2026-11-22/hour=07/partition=2/0001-00000000000000000123.jsonl"]);
        Log.Lines(LogKind.Events)
            .ShouldBe(["{\"kafkapartition\":2,\"kafkaoffset\":123," + TestEvents.Json[1..]]);
    }

    [Fact]
    public async Task Line_breaks_in_a_value_are_minified_and_nothing_else_is()
    {
        var minified = TestEvents.Json.Replace("Abyssinian", "a \\\" b \\n c", StringComparison.Ordinal);
        var indented = "\r\n\t" + minified.Replace(",\"", ",\r\n  \"", StringComparison.Ordinal) + " \n";

        await Record([TestEvents.Record(0, TestEvents.Utf8(indented))]);

        Log.Lines(LogKind.Events)
            .ShouldBe(["{\"kafkapartition\":0,\"kafkaoffset\":0," + minified[1..]]);
    }

    [Theory]
    [InlineData("  { ", "\t", " ")]
    [InlineData("\uFEFF{", "", "")]
    public async Task White_space_without_line_breaks_stays_in_the_line_and_a_byte_order_mark_does_not(string start, string end, string kept)
    {
        await Record([TestEvents.Record(0, TestEvents.Utf8(start + TestEvents.Json[1..] + end))]);

        Log.Lines(LogKind.Events).ShouldBe(["{\"kafkapartition\":0,\"kafkaoffset\":0," + kept + TestEvents.Json[1..]]);
    }

    [Fact]
    public async Task What_is_no_event_goes_to_the_dead_letters_with_the_reason_byte_for_byte()
    {
        byte[] key = [0, 1, 255];
        byte[] value = [.. "not json \n"u8, 0xFF];

        var result = await Record([TestEvents.Record(5, value, key: key), TestEvents.Event(6)]);

        result.ShouldBe(new RecordResult(1, 0, 1, 0));
        Log.Files(LogKind.DeadLetters)
            .ShouldBe(["dead-letters/date=2026-11-22/hour=07/partition=0/0001-00000000000000000005.jsonl"]);
        Log.Lines(LogKind.DeadLetters).ShouldBe(
            ["""{"kafkapartition":0,"kafkaoffset":5,"time":"2026-11-22T07:30:15Z","reason":"the value is not UTF-8","key":"AAH/","value":"bm90IGpzb24gCv8=","headers":[]}"""]);
        Log.Offsets().ShouldBe([6]);
    }

    [Fact]
    public async Task A_dead_letter_keeps_its_headers_in_their_order_byte_for_byte()
    {
        RecordHeader[] headers = [new("a", [0, 255]), new("é", []), new("a", null)];

        await Record([TestEvents.Record(5, [1]) with { Headers = headers }]);

        Log.Lines(LogKind.DeadLetters).ShouldHaveSingleItem().ShouldEndWith(
            ""","headers":[{"key":"a","value":"AP8="},{"key":"é","value":""},{"key":"a","value":null}]}""");
    }

    [Theory]
    [InlineData("ce_specversion", null, true)]
    [InlineData("ce_id", "application/json", true)]
    [InlineData("CE_type", "application/json; charset=utf-8", true)]
    [InlineData("ce_id", "application/cloudevents+json; charset=utf-8", false)]
    [InlineData("ce_id", "Application/CloudEvents+JSON", false)]
    [InlineData("cetera", null, false)]
    [InlineData("traceparent", null, false)]
    public async Task A_cloud_event_in_binary_mode_is_a_dead_letter_that_says_so(string header, string? contentType, bool isBinary)
    {
        RecordHeader[] headers = [new(header, "1.0"u8.ToArray()), .. contentType is null ? [] : new RecordHeader[] { new("Content-Type", TestEvents.Utf8(contentType)) }];
        byte[]?[] values = [TestEvents.Utf8("""{"photoUrl":"https://cats.example/a.jpg","userId":"user-1"}"""), [255], null];

        await Record([.. values.Select((value, offset) => TestEvents.Record(offset, value) with { Headers = headers })]);

        var reasons = Log.Lines(LogKind.DeadLetters).Select(line => (string)JsonNode.Parse(line)!["reason"]!).ToArray();
        reasons.Length.ShouldBe(3);
        reasons.ShouldAllBe(reason => isBinary == (reason == $"the record is a CloudEvent in binary mode, with its attributes in headers such as {header}: "
            + "only the structured mode, application/cloudevents+json, is read"));
    }

    [Fact]
    public async Task What_is_not_a_segment_is_foreign()
    {
        (await Log.Store.ListForeignAsync(LogKind.Events, CancellationToken.None)).ShouldBeEmpty();
        await Record([TestEvents.Event(0), TestEvents.Record(1, [1])]);
        var copy = Log.Files(LogKind.Events).Single() + "~";
        Log.Create(copy, "{}");

        (await Log.Store.ListForeignAsync(LogKind.Events, CancellationToken.None)).ShouldBe([copy]);
        (await Log.Store.ListForeignAsync(LogKind.DeadLetters, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tombstone_and_an_empty_value_are_told_apart()
    {
        await Record([TestEvents.Record(0, null), TestEvents.Record(1, [])]);

        var lines = Log.Lines(LogKind.DeadLetters).Select(line => JsonNode.Parse(line)!).ToArray();
        lines.Select(line => (string?)line["value"]).ShouldBe([null, ""]);
        lines.Select(line => (string?)line["reason"]).ShouldBe(["the record has no value", "the value is empty"]);
    }

    [Fact]
    public async Task A_value_of_900_kilobytes_is_kept_whatever_it_is()
    {
        var filler = new string('x', 900 * 1024);

        var result = await Record([TestEvents.Record(0, TestEvents.With("filler", filler)), TestEvents.Record(1, TestEvents.Utf8(filler))]);

        result.ShouldBe(new RecordResult(1, 0, 1, 0));
        ((string?)JsonNode.Parse(Log.Lines(LogKind.Events).Single())!["filler"]).ShouldBe(filler);
        Convert.FromBase64String((string?)JsonNode.Parse(Log.Lines(LogKind.DeadLetters).Single())!["value"] ?? "")
            .ShouldBe(TestEvents.Utf8(filler));
    }

    [Fact]
    public async Task An_empty_batch_is_nothing() => (await Record([])).ShouldBe(new RecordResult(0, 0, 0, 0));

    [Fact]
    public async Task A_batch_that_mixes_partitions_is_split()
    {
        await Record([TestEvents.Event(7, 1), TestEvents.Event(3, 0), TestEvents.Event(8, 1), TestEvents.Event(4, 0)]);

        Log.Files(LogKind.Events).Length.ShouldBe(2);
        Log.Offsets().ShouldBe([3, 4, 7, 8]);
    }

    [Fact]
    public async Task A_dead_letter_that_was_replayed_is_marked_for_good()
    {
        await Record([TestEvents.Record(3, [1], key: [7]), TestEvents.Record(4, null), TestEvents.Record(3, [1], partition: 1)]);
        await Record([TestEvents.Record(3, [2])]);
        var letters = new DeadLetterLog(Log.Store, Clock);

        await letters.MarkAsync([Mark(0, 3, generation: 2)], CancellationToken.None);
        await letters.MarkAsync([Mark(1, 3), Mark(0, 4)], CancellationToken.None);
        Clock.Advance(TimeSpan.FromHours(1));
        await letters.MarkAsync([Mark(0, 4)], CancellationToken.None);

        var stored = await new DeadLetterLog(Log.Store, Clock).ReadAsync(CancellationToken.None).ToArrayAsync();
        stored.Select(letter => (letter.Letter.Partition, letter.Generation, letter.Letter.Offset, letter.IsReplayed))
            .ShouldBe([(0, 1, 3, false), (0, 1, 4, true), (0, 2, 3, true), (1, 1, 3, true)]);
        stored[0].Letter.Key.ShouldBe([7]);
        stored[0].Letter.Value.ShouldBe([1]);
        stored[1].Letter.Value.ShouldBeNull();

        ReplayMark Mark(int partition, long offset, int generation = 1) =>
            new(partition, offset, generation, Clock.GetUtcNow().UtcDateTime, "cats", NewPartition: 2, NewOffset: 99);
    }
}
