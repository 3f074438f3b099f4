using System.Text.Json.Nodes;
using CatFunctions.Core.EventLog;
using CatFunctions.Tests.Events;

namespace CatFunctions.Tests.EventLog;

public sealed class EventRecorderTests : IDisposable
{
    private const string OtherTopic = "20261122T080000000Z";

    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 7, 59, 0, TimeSpan.Zero));
    private EventRecorder _recorder;

    public EventRecorderTests() => _recorder = NewRecorder();

    public void Dispose()
    {
        _recorder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_event_stands_in_the_log_as_produced_with_its_position_in_front()
    {
        var result = await Record([RecordFactory.Record(123, SampleEvent.Utf8(SampleEvent.Json), partition: 2)]);

        result.ShouldBe(new RecordResult(1, 0, 0, 0));
        LogFolder.Files(_folder.Path, LogNames.Events)
            .ShouldBe(["events/date=2026-11-22/hour=07/partition=2/0001-00000000000000000123.jsonl"]);
        LogFolder.Lines(_folder.Path, LogNames.Events)
            .ShouldBe(["{\"kafkapartition\":2,\"kafkaoffset\":123," + SampleEvent.Json[1..]]);
    }

    [Fact]
    public async Task Line_breaks_in_a_value_are_minified_and_nothing_else_is()
    {
        var minified = SampleEvent.Json.Replace("Abyssinian", "a \\\" b \\n c", StringComparison.Ordinal);
        var indented = "\r\n\t" + minified.Replace(",\"", ",\r\n  \"", StringComparison.Ordinal) + " \n";

        await Record([RecordFactory.Record(0, SampleEvent.Utf8(indented))]);

        LogFolder.Lines(_folder.Path, LogNames.Events)
            .ShouldBe(["{\"kafkapartition\":0,\"kafkaoffset\":0," + minified[1..]]);
    }

    [Fact]
    public async Task White_space_without_line_breaks_stays_as_it_was_produced()
    {
        await Record([RecordFactory.Record(0, SampleEvent.Utf8("  { " + SampleEvent.Json[1..] + "\t"))]);

        LogFolder.Lines(_folder.Path, LogNames.Events)
            .ShouldBe(["{\"kafkapartition\":0,\"kafkaoffset\":0, " + SampleEvent.Json[1..]]);
    }

    [Fact]
    public async Task What_is_no_event_goes_to_the_dead_letters_with_the_reason_byte_for_byte()
    {
        byte[] key = [0, 1, 255];
        byte[] value = [.. "not json \n"u8, 0xFF];

        var result = await Record([RecordFactory.Record(5, value, key: key), RecordFactory.Event(6)]);

        result.ShouldBe(new RecordResult(1, 0, 1, 0));
        LogFolder.Files(_folder.Path, LogNames.DeadLetters)
            .ShouldBe(["dead-letters/date=2026-11-22/hour=07/partition=0/0001-00000000000000000005.jsonl"]);
        LogFolder.Lines(_folder.Path, LogNames.DeadLetters).ShouldBe(
            ["""{"kafkapartition":0,"kafkaoffset":5,"time":"2026-11-22T07:30:15Z","reason":"the value is not UTF-8","key":"AAH/","value":"bm90IGpzb24gCv8="}"""]);
        LogFolder.Offsets(_folder.Path).ShouldBe([6]);
    }

    [Fact]
    public async Task A_tombstone_and_an_empty_value_are_told_apart()
    {
        await Record([RecordFactory.Record(0, null), RecordFactory.Record(1, [])]);

        var lines = LogFolder.Lines(_folder.Path, LogNames.DeadLetters).Select(line => JsonNode.Parse(line)!).ToArray();
        lines.Select(line => (string?)line["value"]).ShouldBe([null, ""]);
        lines.Select(line => (string?)line["reason"]).ShouldBe(["the record has no value", "the value is empty"]);
    }

    [Fact]
    public async Task A_value_of_900_kilobytes_is_kept_whatever_it_is()
    {
        var filler = new string('x', 900 * 1024);

        var result = await Record([RecordFactory.Record(0, SampleEvent.With("filler", filler)), RecordFactory.Record(1, SampleEvent.Utf8(filler))]);

        result.ShouldBe(new RecordResult(1, 0, 1, 0));
        ((string?)JsonNode.Parse(LogFolder.Lines(_folder.Path, LogNames.Events).Single())!["filler"]).ShouldBe(filler);
        Convert.FromBase64String((string?)JsonNode.Parse(LogFolder.Lines(_folder.Path, LogNames.DeadLetters).Single())!["value"] ?? "")
            .ShouldBe(SampleEvent.Utf8(filler));
    }

    [Fact]
    public async Task An_empty_batch_is_nothing() => (await Record([])).ShouldBe(default);

    [Fact]
    public async Task A_batch_that_mixes_partitions_is_split()
    {
        await Record([RecordFactory.Event(7, 1), RecordFactory.Event(3, 0), RecordFactory.Event(8, 1), RecordFactory.Event(4, 0)]);

        LogFolder.Files(_folder.Path, LogNames.Events).Length.ShouldBe(2);
        LogFolder.Offsets(_folder.Path).ShouldBe([3, 4, 7, 8]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_is_delivered_again_is_skipped_and_counted(bool afterRestart)
    {
        await Record(RecordFactory.Events(10, 5));
        if (afterRestart)
        {
            Restart();
        }

        var result = await Record(RecordFactory.Events(12, 6));

        result.ShouldBe(new RecordResult(3, 3, 0, 0));
        LogFolder.Offsets(_folder.Path).ShouldBe([10, 11, 12, 13, 14, 15, 16, 17]);
    }

    [Fact]
    public async Task The_same_records_twice_in_one_batch_are_stored_once()
    {
        var result = await Record([.. RecordFactory.Events(0, 5), .. RecordFactory.Events(0, 7)]);

        result.Recorded.ShouldBe(7);
        result.Redelivered.ShouldBe(5);
        LogFolder.Offsets(_folder.Path).ShouldBe([0, 1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task Dead_letters_that_are_delivered_again_are_skipped_too()
    {
        ConsumedRecord[] batch = [RecordFactory.Event(0), RecordFactory.Record(1, [1]), RecordFactory.Event(2), RecordFactory.Record(3, [3])];
        await Record(batch);
        Restart();

        (await Record(batch)).ShouldBe(new RecordResult(0, 4, 0, 0));
        LogFolder.Offsets(_folder.Path, LogNames.DeadLetters).ShouldBe([1, 3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_topic_that_was_created_again_starts_a_new_generation(bool afterRestart)
    {
        await Record(RecordFactory.Events(0, 10));
        if (afterRestart)
        {
            Restart();
        }

        var result = await Record(RecordFactory.Events(0, 4, topic: OtherTopic));

        result.ShouldBe(new RecordResult(4, 0, 0, 0));
        LogFolder.Files(_folder.Path, LogNames.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=07/partition=0/0002-00000000000000000000.jsonl",
        ]);

        Restart();
        (await Record(RecordFactory.Events(2, 4, topic: OtherTopic))).ShouldBe(new RecordResult(2, 2, 0, 0));
    }

    [Fact]
    public async Task A_batch_may_hold_the_end_of_one_generation_and_the_start_of_the_next()
    {
        var result = await Record([.. RecordFactory.Events(0, 5), .. RecordFactory.Events(0, 3, topic: OtherTopic)]);

        result.ShouldBe(new RecordResult(8, 0, 0, 0));
        LogFolder.Offsets(_folder.Path).ShouldBe([0, 1, 2, 3, 4, 0, 1, 2]);
    }

    [Fact]
    public async Task A_dead_letter_with_the_value_of_an_earlier_one_is_another_record_when_its_time_is_another()
    {
        var first = RecordFactory.Record(0, [1]);
        await Record([first]);

        var result = await Record([first with { Timestamp = first.Timestamp.AddSeconds(1) }]);

        result.DeadLettered.ShouldBe(1);
        LogFolder.Lines(_folder.Path, LogNames.DeadLetters).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_record_at_an_offset_that_the_log_skipped_is_kept()
    {
        await Record([RecordFactory.Event(0), RecordFactory.Event(10)]);

        (await Record([RecordFactory.Event(5)])).Recorded.ShouldBe(1);

        LogFolder.Offsets(_folder.Path).ShouldBe([0, 10, 5]);
    }

    [Fact]
    public async Task Offsets_that_jump_forward_are_counted()
    {
        (await Record([RecordFactory.Event(3), RecordFactory.Event(4), RecordFactory.Event(9)])).Gaps.ShouldBe(4);
        (await Record([RecordFactory.Event(10), RecordFactory.Event(12)])).Gaps.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_hour_starts_a_new_segment()
    {
        await Record(RecordFactory.Events(0, 2));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Record(RecordFactory.Events(2, 2));

        LogFolder.Files(_folder.Path, LogNames.Events).ShouldBe(
        [
            "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl",
            "events/date=2026-11-22/hour=08/partition=0/0001-00000000000000000002.jsonl",
        ]);
    }

    [Fact]
    public async Task A_clock_that_goes_back_does_not_put_newer_events_into_an_older_folder()
    {
        await Record(RecordFactory.Events(0, 2));
        _clock.Advance(TimeSpan.FromHours(-3));
        await Record(RecordFactory.Events(2, 2));
        Restart();

        (await Record(RecordFactory.Events(0, 5))).ShouldBe(new RecordResult(1, 4, 0, 0));
        LogFolder.Files(_folder.Path, LogNames.Events).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_redelivery_is_recognized_in_segments_of_earlier_hours()
    {
        await Record(RecordFactory.Events(0, 5));
        _clock.Advance(TimeSpan.FromHours(30));
        await Record(RecordFactory.Events(5, 5));
        Restart();

        (await Record(RecordFactory.Events(2, 9))).ShouldBe(new RecordResult(1, 8, 0, 0));
    }

    [Fact]
    public async Task A_redelivery_is_recognized_anywhere_in_a_large_segment()
    {
        await Record(RecordFactory.Events(0, 5000));

        foreach (var offset in new[] { 0, 1, 777, 2500, 4998, 4999 })
        {
            (await Record([RecordFactory.Event(offset)])).ShouldBe(new RecordResult(0, 1, 0, 0));
        }

        LogFolder.Offsets(_folder.Path).Length.ShouldBe(5000);
    }

    [Fact]
    public async Task A_tail_that_was_cut_at_any_byte_is_repaired()
    {
        await Record(RecordFactory.Events(0, 3));
        var path = Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogNames.Events).Single());
        var whole = await File.ReadAllBytesAsync(path);

        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            Restart();

            (await Record(RecordFactory.Events(0, 3))).Recorded.ShouldBe(3 - whole.AsSpan(0, length).Count((byte)'\n'));
            (await File.ReadAllBytesAsync(path)).ShouldBe(whole);
        }
    }

    [Fact]
    public async Task A_torn_tail_is_cut_when_the_next_append_opens_a_new_segment()
    {
        await Record(RecordFactory.Events(0, 3));
        var path = Path.Combine(_folder.Path, LogFolder.Files(_folder.Path, LogNames.Events).Single());
        await File.AppendAllTextAsync(path, "{\"kafkapartition\":0,\"kaf");
        Restart();
        _clock.Advance(TimeSpan.FromHours(1));

        await Record(RecordFactory.Events(3, 1));

        LogFolder.Offsets(_folder.Path).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task Two_recorders_that_both_believe_they_own_a_partition_never_duplicate_or_interleave()
    {
        using var zombie = NewRecorder();
        await Record(RecordFactory.Events(0, 5));
        await zombie.RecordAsync(RecordFactory.Events(0, 7), CancellationToken.None);
        await Record(RecordFactory.Events(5, 5));

        // The zombie's clock is an hour ahead, then behind.
        using var ahead = new EventRecorder(new FileSegmentStore(_folder.Path), new ManualTimeProvider(_clock.GetUtcNow().AddHours(1)));
        await ahead.RecordAsync(RecordFactory.Events(0, 12), CancellationToken.None);
        await zombie.RecordAsync(RecordFactory.Events(7, 6), CancellationToken.None);
        await Record(RecordFactory.Events(10, 5));

        LogFolder.Offsets(_folder.Path).ShouldBe(Enumerable.Range(0, 15).Select(offset => (long)offset));
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
                await recorder.RecordAsync(RecordFactory.Events(Math.Max(0, offset - random.Next(30)), count), CancellationToken.None);
                offset = LogFolder.CountLines(_folder.Path, LogNames.Events);
            }
        })));

        LogFolder.Offsets(_folder.Path).ShouldBe(Enumerable.Range(0, LogFolder.Offsets(_folder.Path).Length).Select(offset => (long)offset));
        foreach (var recorder in recorders)
        {
            recorder.Dispose();
        }
    }

    [Fact]
    public async Task A_tail_that_is_not_a_line_of_the_log_is_a_clear_error()
    {
        await Record(RecordFactory.Events(0, 2));
        var path = LogFolder.Files(_folder.Path, LogNames.Events).Single();
        await File.AppendAllTextAsync(Path.Combine(_folder.Path, path), "a foreign line\n");
        Restart();

        var error = await Record(RecordFactory.Events(2, 1)).ShouldThrowAsync<EventLogException>();

        error.Message.ShouldStartWith(path);
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_clear_error_and_the_batch_can_be_given_again()
    {
        var blocker = Path.Combine(_folder.Path, LogNames.Events);
        await File.WriteAllTextAsync(blocker, "");

        await Record(RecordFactory.Events(0, 3)).ShouldThrowAsync<EventLogException>();
        File.Delete(blocker);

        (await Record(RecordFactory.Events(0, 3))).Recorded.ShouldBe(3);
    }

    [Fact]
    public async Task A_batch_larger_than_one_append_is_stored_whole()
    {
        var filler = new string('x', 900 * 1024);
        var batch = Enumerable.Range(0, 12).Select(offset => RecordFactory.Record(offset, SampleEvent.With("filler", filler))).ToArray();

        (await Record(batch)).Recorded.ShouldBe(12);

        LogFolder.Offsets(_folder.Path).ShouldBe(Enumerable.Range(0, 12).Select(offset => (long)offset));
    }

    private Task<RecordResult> Record(ConsumedRecord[] batch) => _recorder.RecordAsync(batch, CancellationToken.None);

    private EventRecorder NewRecorder() => new(new FileSegmentStore(_folder.Path), _clock);

    private void Restart()
    {
        _recorder.Dispose();
        _recorder = NewRecorder();
    }
}
