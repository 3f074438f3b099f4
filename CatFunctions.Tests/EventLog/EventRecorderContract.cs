using System.Globalization;
using System.Text.Json.Nodes;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using Microsoft.Extensions.Options;

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

    [Fact]
    public async Task White_space_without_line_breaks_stays_as_it_was_produced()
    {
        await Record([TestEvents.Record(0, TestEvents.Utf8("  { " + TestEvents.Json[1..] + "\t"))]);

        Log.Lines(LogKind.Events)
            .ShouldBe(["{\"kafkapartition\":0,\"kafkaoffset\":0, " + TestEvents.Json[1..]]);
    }

    [Fact]
    public async Task A_byte_order_mark_is_not_part_of_the_line()
    {
        await Record([TestEvents.Record(0, TestEvents.Utf8("\uFEFF" + TestEvents.Json))]);

        Log.Lines(LogKind.Events)
            .ShouldBe(["{\"kafkapartition\":0,\"kafkaoffset\":0," + TestEvents.Json[1..]]);
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
    public async Task An_empty_batch_is_nothing() => (await Record([])).ShouldBe(default);

    [Fact]
    public async Task A_batch_that_mixes_partitions_is_split()
    {
        await Record([TestEvents.Event(7, 1), TestEvents.Event(3, 0), TestEvents.Event(8, 1), TestEvents.Event(4, 0)]);

        Log.Files(LogKind.Events).Length.ShouldBe(2);
        Log.Offsets().ShouldBe([3, 4, 7, 8]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_is_delivered_again_is_skipped_and_counted(bool afterRestart)
    {
        await Record(TestEvents.Events(10, 5));
        if (afterRestart)
        {
            Restart();
        }

        var result = await Record(TestEvents.Events(12, 6));

        result.ShouldBe(new RecordResult(3, 3, 0, 0));
        Log.Offsets().ShouldBe([10, 11, 12, 13, 14, 15, 16, 17]);
    }

    [Fact]
    public async Task The_same_records_twice_in_one_batch_are_stored_once()
    {
        var result = await Record([.. TestEvents.Events(0, 5), .. TestEvents.Events(0, 7)]);

        result.Recorded.ShouldBe(7);
        result.Redelivered.ShouldBe(5);
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task Dead_letters_that_are_delivered_again_are_skipped_too()
    {
        ConsumedRecord[] batch = [TestEvents.Event(0), TestEvents.Record(1, [1]), TestEvents.Event(2), TestEvents.Record(3, [3])];
        await Record(batch);
        Restart();

        (await Record(batch)).ShouldBe(new RecordResult(0, 4, 0, 0));
        Log.Offsets(LogKind.DeadLetters).ShouldBe([1, 3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_topic_that_was_created_again_starts_a_new_generation(bool afterRestart)
    {
        await Record(TestEvents.Events(0, 10));
        if (afterRestart)
        {
            Restart();
        }

        var result = await Record(TestEvents.Events(0, 4, topic: OtherTopic));

        result.ShouldBe(new RecordResult(4, 0, 0, 0));
        Log.Files(LogKind.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=07/partition=0/0002-00000000000000000000.jsonl",
        ]);

        Restart();
        (await Record(TestEvents.Events(2, 4, topic: OtherTopic))).ShouldBe(new RecordResult(2, 2, 0, 0));
    }

    [Fact]
    public async Task A_batch_may_hold_the_end_of_one_generation_and_the_start_of_the_next()
    {
        var result = await Record([.. TestEvents.Events(0, 5), .. TestEvents.Events(0, 3, topic: OtherTopic)]);

        result.ShouldBe(new RecordResult(8, 0, 0, 0));
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 0, 1, 2]);
    }

    [Fact]
    public async Task A_dead_letter_with_the_value_of_an_earlier_one_is_another_record_when_its_time_is_another()
    {
        var first = TestEvents.Record(0, [1]);
        await Record([first]);

        var result = await Record([first with { Timestamp = first.Timestamp.AddSeconds(1) }]);

        result.DeadLettered.ShouldBe(1);
        Log.Lines(LogKind.DeadLetters).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_record_at_an_offset_that_the_log_skipped_is_kept()
    {
        await Record([TestEvents.Event(0), TestEvents.Event(10)]);

        (await Record([TestEvents.Event(5)])).Recorded.ShouldBe(1);

        Log.Offsets().ShouldBe([0, 10, 5]);
    }

    [Fact]
    public async Task Offsets_that_jump_forward_are_counted()
    {
        (await Record([TestEvents.Event(3), TestEvents.Event(4), TestEvents.Event(9)])).Gaps.ShouldBe(4);
        (await Record([TestEvents.Event(10), TestEvents.Event(12)])).Gaps.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_hour_starts_a_new_segment()
    {
        await Record(TestEvents.Events(0, 2));
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Record(TestEvents.Events(2, 2));

        Log.Files(LogKind.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=08/partition=0/0001-00000000000000000002.jsonl",
        ]);
    }

    [Fact]
    public async Task A_clock_that_goes_back_does_not_put_newer_events_into_an_older_folder()
    {
        await Record(TestEvents.Events(0, 2));
        Clock.AdjustTime(Clock.GetUtcNow().AddHours(-3));
        await Record(TestEvents.Events(2, 2));
        Restart();

        (await Record(TestEvents.Events(0, 5))).ShouldBe(new RecordResult(1, 4, 0, 0));
        Log.Files(LogKind.Events).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_redelivery_is_recognized_in_segments_of_earlier_hours()
    {
        await Record(TestEvents.Events(0, 5));
        Clock.Advance(TimeSpan.FromHours(30));
        await Record(TestEvents.Events(5, 5));
        Restart();

        (await Record(TestEvents.Events(2, 9))).ShouldBe(new RecordResult(1, 8, 0, 0));
    }

    [Fact]
    public async Task A_redelivery_is_recognized_anywhere_in_a_large_segment()
    {
        await Record(TestEvents.Events(0, 5000));

        foreach (var offset in new[] { 0, 1, 777, 2500, 4998, 4999 })
        {
            (await Record([TestEvents.Event(offset)])).ShouldBe(new RecordResult(0, 1, 0, 0));
        }

        Log.Offsets().Length.ShouldBe(5000);
    }

    [Fact]
    public async Task Two_recorders_that_both_believe_they_own_a_partition_never_duplicate_or_interleave()
    {
        using var zombie = NewRecorder();
        await Record(TestEvents.Events(0, 5));
        await zombie.RecordAsync(TestEvents.Events(0, 7), CancellationToken.None);
        await Record(TestEvents.Events(5, 5));

        // The zombie's clock is an hour ahead, then behind.
        using var ahead = new EventRecorder(Log.Store, new FakeTimeProvider(Clock.GetUtcNow().AddHours(1)));
        await ahead.RecordAsync(TestEvents.Events(0, 12), CancellationToken.None);
        await zombie.RecordAsync(TestEvents.Events(7, 6), CancellationToken.None);
        await Record(TestEvents.Events(10, 5));

        Log.Offsets().ShouldBe(Enumerable.Range(0, 15).Select(offset => (long)offset));
    }

    [Fact]
    public async Task Recorders_that_race_for_the_same_records_store_each_once()
    {
        var recorders = Enumerable.Range(0, 4).Select(_ => NewRecorder()).ToArray();
        await Task.WhenAll(recorders.Select((recorder, number) => Task.Run(async () =>
        {
            var random = new Random(number);
            for (var offset = 0; offset < 1000;)
            {
                var count = random.Next(1, 60);
                await recorder.RecordAsync(TestEvents.Events(Math.Max(0, offset - random.Next(30)), count), CancellationToken.None);
                offset = Log.Lines(LogKind.Events).Length;
            }
        })));

        Log.Offsets().ShouldBe(Enumerable.Range(0, Log.Offsets().Length).Select(offset => (long)offset));
        foreach (var recorder in recorders)
        {
            recorder.Dispose();
        }
    }

    [Fact]
    public async Task Recorders_whose_clocks_are_hours_apart_race_for_the_first_segment_and_all_others()
    {
        var recorders = Enumerable.Range(0, 4)
            .Select(hours => new EventRecorder(Log.Store, new FakeTimeProvider(Clock.GetUtcNow().AddHours(hours))))
            .ToArray();

        await Task.WhenAll(recorders.Select((recorder, number) => Task.Run(async () =>
        {
            for (var offset = 0; offset < 100; offset += 10 - number)
            {
                await recorder.RecordAsync(TestEvents.Events(offset, 10), CancellationToken.None);
            }
        })));

        Log.Offsets().ShouldBeUnique();
        Log.Offsets().ShouldBe(Log.Offsets().Order());
        Log.Offsets().Take(100).ShouldBe(Enumerable.Range(0, 100).Select(offset => (long)offset));
        Array.ForEach(recorders, recorder => recorder.Dispose());
    }

    [Theory]
    [InlineData(long.MaxValue, 3, 4)]
    [InlineData(1000, int.MaxValue, 10)]
    public async Task A_segment_that_is_full_is_followed_by_another(long maxBytes, int maxBlocks, int segments)
    {
        var log = new PartitionLog(
            Log.Store, LogKind.Events, 0, new EventLine(), new RollPolicy(maxBytes, maxBlocks), Clock);
        var pending = new LineBuffer();
        if (maxBlocks < int.MaxValue && Log.Store is FileSegmentStore)
        {
            segments = 1; // files are not made of blocks
        }

        foreach (var entry in TestEvents.Events(0, 20).Chunk(2).Select(pair => pair.Select(record => new LogEntry(record, null)).ToArray()))
        {
            await log.AppendAsync(entry, pending, CancellationToken.None);
        }

        Log.Files(LogKind.Events).Length.ShouldBe(segments);
        Log.Offsets().ShouldBe(Enumerable.Range(0, 20).Select(offset => (long)offset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_batch_of_two_generations_that_is_delivered_again_is_recognized(int from)
    {
        ConsumedRecord[] batch = [.. TestEvents.Events(2, 5), .. TestEvents.Events(0, 3, topic: OtherTopic)];
        await Record(TestEvents.Events(0, 2));
        await Record(batch);

        (await Record(batch[from..])).Recorded.ShouldBe(0);

        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5, 6, 0, 1, 2]);
        (await Record(TestEvents.Events(2, 9, topic: OtherTopic))).ShouldBe(new RecordResult(8, 1, 0, 0));
    }

    [Fact]
    public async Task A_segment_that_a_crash_left_empty_is_filled_or_followed()
    {
        var empty = new SegmentName(LogKind.Events, SegmentName.HourOf(Clock.GetUtcNow()), 0, 1, 5);
        await Log.Store.TryCreateAsync(empty, null, CancellationToken.None);

        await Record(TestEvents.Events(7, 2));

        Log.Offsets().ShouldBe([7, 8]);
        (await new LogVerifier(Log.Store).VerifyAsync(CancellationToken.None)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_foreign_line_among_others_hides_no_line_of_the_log()
    {
        await Record(TestEvents.Events(0, 1000));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record([TestEvents.Event(1000)]);
        Log.Append(Log.Files(LogKind.Events)[0], "a foreign line\n{\"another\":1}\n\n" + new string('x', 200_000) + "\n");

        foreach (var offset in new[] { 0, 499, 500, 998, 999 })
        {
            (await Record([TestEvents.Event(offset)])).ShouldBe(new RecordResult(0, 1, 0, 0));
        }

        (await new LogVerifier(Log.Store).VerifyAsync(CancellationToken.None)).ProblemCount.ShouldBe(4);
    }

    [Fact]
    public async Task Segments_are_listed_from_an_hour_on()
    {
        for (var hours = 0; hours < 30; hours += 10, Clock.Advance(TimeSpan.FromHours(10)))
        {
            await Record(TestEvents.Events(hours, 10));
        }

        (await BaseOffsetsSince("07")).ShouldBe([0, 10, 20]);
        (await BaseOffsetsSince("08")).ShouldBe([10, 20]);
        (await BaseOffsetsSince("17")).ShouldBe([10, 20]);
        (await BaseOffsetsSince("18")).ShouldBe([20]);

        async Task<IEnumerable<long>> BaseOffsetsSince(string hour) =>
            (await Log.Store.ListSinceAsync(
                LogKind.Events, DateTimeOffset.Parse($"2026-11-22T{hour}:00Z", CultureInfo.InvariantCulture), CancellationToken.None))
            .Select(head => head.Name.BaseOffset);
    }

    [Fact]
    public async Task Old_hours_are_deleted_but_never_the_newest_segment_of_a_partition()
    {
        await Record([.. TestEvents.Events(0, 5, partition: 0), .. TestEvents.Events(0, 5, partition: 1), TestEvents.Record(9, [1])]);
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(5, 5, partition: 0));
        Clock.Advance(TimeSpan.FromHours(2));
        await Record(TestEvents.Events(10, 5, partition: 0));

        (await DeleteOldHours(TimeSpan.FromHours(3))).ShouldBe(0, "the first hour ended less than three hours ago");
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await DeleteOldHours(TimeSpan.FromHours(3))).ShouldBe(1);
        (await DeleteOldHours(TimeSpan.FromHours(1))).ShouldBe(1);
        Clock.Advance(TimeSpan.FromDays(30));
        (await DeleteOldHours(TimeSpan.FromHours(1))).ShouldBe(0);

        Log.Files(LogKind.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=1/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=10/partition=0/0001-00000000000000000010.jsonl",
        ]);
        Log.Files(LogKind.DeadLetters).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_log_goes_on_where_it_was_when_its_old_hours_are_gone()
    {
        for (var hours = 0; hours < 3; hours++, Clock.Advance(TimeSpan.FromHours(1)))
        {
            await Record(TestEvents.Events(hours * 10, 10));
        }

        await DeleteOldHours(TimeSpan.FromHours(1));
        (await Record(TestEvents.Events(20, 12))).ShouldBe(new RecordResult(2, 10, 0, 0));
        Restart();
        (await Record(TestEvents.Events(25, 8))).ShouldBe(new RecordResult(1, 7, 0, 0));

        Log.Offsets().ShouldBe(Enumerable.Range(20, 13).Select(offset => (long)offset));
    }

    [Fact]
    public async Task Nothing_is_deleted_unless_it_is_asked_for()
    {
        await Record(TestEvents.Events(0, 5));
        Clock.Advance(TimeSpan.FromDays(1));
        await Record(TestEvents.Events(5, 5));
        Clock.Advance(TimeSpan.FromDays(10_000));

        (await DeleteOldHours(null)).ShouldBe(0);

        Log.Files(LogKind.Events).Length.ShouldBe(2);
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

    [Fact]
    public async Task Nothing_is_read_behind_the_end_of_a_segment()
    {
        await Record(TestEvents.Events(0, 3));
        var head = await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None);

        (await Log.Store.ReadAsync(head!.Name, head.Length, new byte[100], CancellationToken.None)).ShouldBe(0);
        (await Log.Store.ReadAsync(head.Name, head.Length - 7, new byte[100], CancellationToken.None)).ShouldBe(7);
    }

    [Fact]
    public async Task The_newest_segment_has_the_highest_generation_however_many_digits_that_has()
    {
        SegmentState? head = null;
        foreach (var (generation, baseOffset) in new[] { (9_998, 0), (9_998, 70), (9_999, 7), (10_000, 0), (10_000, 5) })
        {
            var segment = new SegmentName(LogKind.Events, SegmentName.HourOf(Clock.GetUtcNow()), 0, generation, baseOffset);
            head = await Log.Store.TryCreateAsync(segment, head, CancellationToken.None);

            (await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None)).ShouldBe(head.ShouldNotBeNull());
        }
    }

    [Fact]
    public async Task A_log_that_nobody_has_written_to_is_empty()
    {
        (await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None)).ShouldBeNull();
        (await Log.Store.ListAsync(LogKind.Events, null, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_that_was_prepared_is_still_empty()
    {
        await Log.Store.PrepareAsync(CancellationToken.None);
        await Log.Store.PrepareAsync(CancellationToken.None);

        (await Log.Store.ListAsync(LogKind.Events, null, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_larger_than_one_append_is_stored_whole()
    {
        var filler = new string('x', 900 * 1024);
        var batch = Enumerable.Range(0, 12).Select(offset => TestEvents.Record(offset, TestEvents.With("id", $"20261122T073015000Z-{offset}", "filler", filler))).ToArray();

        (await Record(batch)).Recorded.ShouldBe(12);

        Log.Offsets().ShouldBe(Enumerable.Range(0, 12).Select(offset => (long)offset));
    }

    [Fact]
    public async Task A_clock_that_is_days_ahead_deletes_nothing_of_the_log()
    {
        await Record(TestEvents.Events(0, 3));
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(3, 3));
        Clock.Advance(TimeSpan.FromDays(60));

        (await DeleteOldHours(TimeSpan.FromHours(5))).ShouldBe(0);
    }

    [Fact]
    public async Task An_hour_of_the_log_in_the_future_is_found()
    {
        var retention = new LogRetention(Log.Store, Options.Create(new EventLogOptions()), Clock);
        await Record(TestEvents.Events(0, 3));
        (await retention.FindFutureHourAsync(CancellationToken.None)).ShouldBeNull();

        var now = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromHours(3));
        await Record(TestEvents.Events(3, 3));
        Clock.AdjustTime(now);

        (await retention.FindFutureHourAsync(CancellationToken.None)).ShouldBe(SegmentName.HourOf(now).AddHours(3));
    }

    private Task<int> DeleteOldHours(TimeSpan? retainFor) =>
        new LogRetention(Log.Store, Options.Create(new EventLogOptions { RetainFor = retainFor }), Clock)
            .DeleteOldHoursAsync(CancellationToken.None);
}
